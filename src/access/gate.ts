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
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Decides who a request is from before any work is done for it. */
export class Gate {
  readonly #credentials: Credentials;
  #hosts = new Set<string>();
  #origins = new Set<string>();

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** The TCP port that was bound: only its loopback names are hosts of ours, which ends DNS rebinding. */
  listensOn(port: number): void {
    this.#hosts = new Set(NAMES.map((name) => `${name}:${port}`));
    if (port === 80) for (const name of NAMES) this.#hosts.add(name);
    this.#origins = new Set([...this.#hosts].map((host) => `http://${host}`));
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

  /** Who it is. Throws `unauthenticated`. */
  identify({ headers, overSocket }: Arrival): Principal {
    const { authorization } = headers;
    if (authorization === undefined) {
      if (overSocket) return LOCAL;
      throw new SignetError('unauthenticated');
    }
    const match = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization);
    const principal = match?.[1] === undefined ? null : this.#credentials.whose(match[1]);
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
