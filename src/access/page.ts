import type { IncomingHttpHeaders } from 'node:http';
import { SignetError } from '../errors/index.ts';
import { SITE_WAYS, type SiteWay } from './caller.ts';
import { originOf } from './origin.ts';

/**
 * What Fetch Metadata (2.1 to 2.4) says of a script's own cross-origin fetch, where a browser sends it: never a form, a frame, an
 * image, a navigation, a worker's script, a WebSocket, or a request that the script marked `no-cors`.
 */
const FETCHED = {
  'sec-fetch-site': ['cross-site', 'same-site'],
  'sec-fetch-mode': ['cors'],
  'sec-fetch-dest': ['empty'],
} as const;

/** The origin of a web page that asks by a script of its own, or null when the request is none that such a page can be admitted for. */
export function pageOf(headers: IncomingHttpHeaders): string | null {
  const { origin } = headers;
  // A browser writes its origins canonically: anything else was not written by one.
  if (origin === undefined || originOf(origin) !== origin) return null;
  for (const [name, values] of Object.entries(FETCHED)) {
    const value = headers[name];
    if (value !== undefined && !(values as readonly unknown[]).includes(value)) return null;
  }
  return origin;
}

/**
 * The site for which a local program speaks, by `Signet-Origin` and `Signet-Via`; null without them. Throws `invalid_request` for a
 * way that there is not, and `origin_not_paired` for an origin that can be no site's.
 */
export function relayed(headers: IncomingHttpHeaders): { origin: string; via: SiteWay } | null {
  const { 'signet-origin': said, 'signet-via': via } = headers;
  if (said === undefined && via === undefined) return null;
  const way = SITE_WAYS.find((each) => each === via && each !== 'page');
  if (way === undefined) throw badHeader('Signet-Via', SITE_WAYS.filter((each) => each !== 'page').join(', '));
  const origin = typeof said === 'string' ? originOf(said) : null;
  if (origin === null) throw new SignetError('origin_not_paired', { variant: 'insecure' });
  return { origin, via: way };
}

export function badHeader(field: string, expected: string): SignetError {
  return new SignetError('invalid_request', { params: { field }, extra: { errors: [{ field, expected }] } });
}
