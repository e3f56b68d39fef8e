import type { Language } from '../messages/index.ts';
import type { Asker, SiteRight, Way } from '../prompt/index.ts';
import type { Algorithm } from '../signatures/index.ts';
import type { Caller } from '../tokens/index.ts';

/** A web site that asks, by the way it came. Logins, consents and the audit trail are kept per origin. */
export interface Site {
  readonly caller: Caller;
  readonly origin: string;
  readonly via: Way;
}

/** One request of a site. `signal` is aborted when the asker is gone: tab closed, connection lost. */
export interface SiteCall {
  signal: AbortSignal;
  language?: Language | undefined;
}

/** What a site may do here. `expiresAt` ISO 8601; null when not paired. */
export interface SiteStatus {
  paired: boolean;
  rights: readonly SiteRight[];
  expiresAt: string | null;
}

/** Something to sign. Exactly one of `data` and `digest`; `shown` when the person should see another digest than the signed one (CMS). */
export interface SiteDocument {
  algorithm: Algorithm;
  data?: Buffer;
  digest?: Buffer;
  name?: string | null;
  anyCurve?: boolean;
}

/** Who a site is to logins, rate limits and the audit trail. */
export function callerOf(origin: string): Caller {
  return { id: `site:${origin}` };
}

/** Who a site is to the person. */
export function askerOf({ origin, via }: Site): Asker {
  return { kind: 'site', name: origin, via };
}
