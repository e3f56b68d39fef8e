import type { IncomingHttpHeaders } from 'node:http';
import { SignetError } from '../errors/index.ts';
import type { Scope } from '../store/index.ts';
import { LOCAL, type Principal, siteCaller } from './caller.ts';
import type { Credentials } from './credentials.ts';
import type { Origins } from './origins.ts';
import { badHeader, pageOf, relayed } from './page.ts';

/** What the gate looks at: nothing of a request's body or path. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  /** Came over the Unix socket or named pipe, which only this user can open. */
  overSocket: boolean;
  method?: string;
  /** Whether the program at the other end runs as this user; asked only where a page would be let in. */
  ownUser?: () => boolean;
}

/** Which sites a route is open to: those that the person has paired, or any that could be. */
export type WebAccess = 'paired' | 'anyone';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Decides who a request is from before any work is done for it. */
export class Gate {
  readonly #credentials: Credentials;
  readonly #pairings: Pick<Origins, 'get'>;
  #hosts = new Set<string>();
  #origins = new Set<string>();
  #port = 0;

  /** Without `pairings` no site is ever paired. */
  constructor(credentials: Credentials, pairings: Pick<Origins, 'get'> = { get: () => null }) {
    this.#credentials = credentials;
    this.#pairings = pairings;
  }

  /** The TCP port that was bound: only its loopback names are hosts of ours, which ends DNS rebinding. */
  listensOn(port: number): void {
    this.#port = port;
    this.#hosts = new Set(NAMES.map((name) => `${name}:${port}`));
    if (port === 80) for (const name of NAMES) this.#hosts.add(name);
    this.#origins = new Set([...this.#hosts].map((host) => `http://${host}`));
  }

  /** Where a browser on this machine finds the daemon, without a slash at its end. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Throws `host_not_allowed` or `origin_not_paired`. Applies to every route but those for sites, which have `requireSite`. */
  requirePlace(arrival: Arrival): void {
    this.#requireHere(arrival);
    // Whoever speaks for a site must not have the powers of its own here, not even by mistake.
    if (speaksForOthers(arrival.headers)) throw new SignetError('origin_not_paired');
  }

  /**
   * Throws `origin_not_paired` unless the request comes from the page that the daemon itself served under the name it is asked by.
   * A browser leaves Origin out of a same-origin GET and says so in Sec-Fetch-Site (Fetch Metadata, 2.3), which no script can set.
   */
  requireOwnPage({ headers, method }: Arrival): void {
    const { origin, host } = headers;
    const reads = method === 'GET' || method === 'HEAD';
    const own = origin === undefined ? reads && headers['sec-fetch-site'] === 'same-origin' : origin === `http://${host}`;
    if (!own) throw new SignetError('origin_not_paired');
  }

  /**
   * The site that asks on a route for sites: a web page by its own `Origin`, or a program of this user that speaks for one by
   * `Signet-Origin` and `Signet-Via`. A page must be paired unless the route is open to anyone; a program's site may still be to
   * be paired. Throws what `requirePlace` and `identify` throw, `origin_not_paired`, `local_only` for another program, and
   * `invalid_request` for one that names no site.
   */
  requireSite(arrival: Arrival, access: WebAccess): Principal {
    const page = this.foreignPage(arrival);
    if (page !== null) {
      if (access === 'paired' && this.#pairings.get(page) === null) throw new SignetError('origin_not_paired');
      // Any program can send an Origin: one of another user's must not pass for the person's browser.
      if (arrival.ownUser?.() === false) throw new SignetError('origin_not_paired');
      return siteCaller(page, 'page');
    }
    this.#requireHere(arrival);
    const { headers } = arrival;
    // The daemon's own page, or any other in a browser, speaks for nobody else.
    if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) throw new SignetError('origin_not_paired');
    if (this.identify(arrival) !== LOCAL) throw new SignetError('local_only', { variant: 'site' });
    const site = relayed(headers);
    if (site === null) throw badHeader('Signet-Origin', 'the origin of the site that this is for');
    if (this.#origins.has(site.origin)) throw new SignetError('origin_not_paired', { variant: 'insecure' });
    return siteCaller(site.origin, site.via);
  }

  /** The origin of a web page of somebody else that a route for sites may hear, paired or not; null for all other requests. */
  foreignPage(arrival: Arrival): string | null {
    const { headers, overSocket } = arrival;
    const strange = overSocket || headers.authorization !== undefined || speaksForOthers(headers);
    if (strange || !this.#hasHost(arrival)) return null;
    const page = pageOf(headers);
    return page === null || this.#origins.has(page) ? null : page;
  }

  /** Who it is. Throws `unauthenticated`, or `origin_not_paired` when a console's token comes from elsewhere than its page. */
  identify(arrival: Arrival): Principal {
    const { headers, overSocket } = arrival;
    const { authorization } = headers;
    if (authorization === undefined) {
      if (overSocket) return LOCAL;
      throw new SignetError('unauthenticated');
    }
    const match = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization);
    const token = match?.[1];
    if (token === undefined) throw new SignetError('unauthenticated');
    if (token.startsWith('console_')) this.requireOwnPage(arrival);
    const principal = this.#credentials.whose(token) ?? this.#credentials.console.whose(token);
    if (principal === null) throw new SignetError('unauthenticated');
    return principal;
  }

  #requireHere(arrival: Arrival): void {
    if (!this.#hasHost(arrival)) throw new SignetError('host_not_allowed');
    const { headers } = arrival;
    const { origin } = headers;
    if (origin !== undefined && !this.#origins.has(origin.toLowerCase())) throw new SignetError('origin_not_paired');
    const site = headers['sec-fetch-site'];
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (foreign && headers['sec-fetch-mode'] !== 'navigate') throw new SignetError('origin_not_paired');
  }

  #hasHost({ headers, overSocket }: Arrival): boolean {
    const host = headers.host?.toLowerCase();
    return host !== undefined && (this.#hosts.has(host) || (overSocket && isLoopbackName(host)));
  }
}

/** Throws `scope_missing` unless the caller has the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw new SignetError('scope_missing', { params: { scope } });
}

function isLoopbackName(host: string): boolean {
  return NAMES.some((name) => host === name || host.startsWith(`${name}:`)) || host === 'signet';
}

function speaksForOthers(headers: IncomingHttpHeaders): boolean {
  return headers['signet-origin'] !== undefined || headers['signet-via'] !== undefined;
}
