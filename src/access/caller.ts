import type { Scope } from '../store/index.ts';

/** The ways by which a site's request comes in; `page` is a web page that called the API itself. */
export const SITE_WAYS = ['extension', 'page', 'webeid', 'scs', 'nexu', 'afirma'] as const;
export type SiteWay = (typeof SITE_WAYS)[number];

/** Who is asking, and what they may. `id` is what grants, rate limits and the audit trail are kept under. */
export interface Principal {
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** A program of this user on this machine, shown by the socket or the user-only token file. */
  readonly local: boolean;
  /** Set for a web site, which has no scopes: the routes that are open to sites ask the person instead. */
  readonly site?: { readonly origin: string; readonly via: SiteWay };
}

/** The user's own programs, over the Unix socket or with the token file: one caller with every scope. */
export const LOCAL: Principal = { id: 'local', scopes: new Set(['status', 'sign', 'pin', 'admin']), local: true };

/** A site, known by its canonical origin whatever way it comes. */
export function siteCaller(origin: string, via: SiteWay): Principal {
  return { id: `site:${origin}`, scopes: new Set(), local: false, site: { origin, via } };
}
