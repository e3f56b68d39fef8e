import type { Language } from '../../messages/index.ts';
import type { Site, SiteCall, Sites } from '../../sites/index.ts';
import type { Sticky } from './pick.ts';
import type { AfirmaRequest } from './request.ts';

/** What an operation works with. */
export interface Work {
  request: AfirmaRequest;
  sites: Sites;
  site: Site;
  call: SiteCall;
  sticky: Sticky;
  language: Language;
  now(): number;
}
