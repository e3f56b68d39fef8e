import type { Problem } from '../client/web/messages.ts';
import { t } from './texts.ts';

/** What goes wrong between a page and the daemon, in the extension's own words. */
export const OWN_CODES = [
  'host_missing',
  'host_gone',
  'extension_gone',
  'payload_too_large',
  'invalid_request',
  'queue_full',
] as const;
export type OwnCode = (typeof OWN_CODES)[number];

/** The error in the person's language. */
export function own(code: OwnCode): Problem {
  return { code, title: t(`problem_${code}_title`), detail: t(`problem_${code}_detail`) };
}
