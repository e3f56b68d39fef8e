import type { IncomingHttpHeaders } from 'node:http';
import { SignetError } from '../errors/index.ts';
import type { Scope } from '../store/index.ts';
import { LOCAL, type Principal } from './caller.ts';
import type { Credentials } from './credentials.ts';

/** What the gate looks at: nothing of a request's body or path. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  /** Came over the Unix socket or named pipe, which only this user can open. */
  overSocket: boolean;
  method?: string;
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Decides who a request is from before any work is done for it. */
export class Gate {
  readonly #credentials: Credentials;
  #hosts = new Set<string>();
  #origins = new Set<string>();
  #port = 0;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
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

  /** Throws `host_not_allowed` or `origin_not_paired`. Applies to every route, without exception. */
  requirePlace({ headers, overSocket }: Arrival): void {
    const host = headers.host?.toLowerCase();
    const known = host !== undefined && (this.#hosts.has(host) || (overSocket && isLoopbackName(host)));
    if (!known) throw new SignetError('host_not_allowed');
    const { origin } = headers;
    if (origin !== undefined && !this.#origins.has(origin.toLowerCase())) throw new SignetError('origin_not_paired');
    const site = headers['sec-fetch-site'];
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (foreign && headers['sec-fetch-mode'] !== 'navigate') throw new SignetError('origin_not_paired');
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
}

/** Throws `scope_missing` unless the caller has the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw new SignetError('scope_missing', { params: { scope } });
}

function isLoopbackName(host: string): boolean {
  return NAMES.some((name) => host === name || host.startsWith(`${name}:`)) || host === 'signet';
}
