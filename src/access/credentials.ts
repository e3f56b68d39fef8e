import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignetError } from '../errors/index.ts';
import type { Clients, Scope } from '../store/index.ts';
import { LOCAL, type Principal } from './caller.ts';
import { ConsoleSessions } from './console-sessions.ts';

/** A client as shown to people; its token is not kept. */
export interface NamedClient {
  name: string;
  scopes: Scope[];
  createdAt: string;
  lastUsedAt: string | null;
}

/** How often a client's last use is written down, in milliseconds. */
const SEEN_EVERY = 60_000;

/** Bearer tokens: the one of this start, in the user-only file, and those of named clients. */
export class Credentials {
  /** For the token file; new at each start. */
  readonly localToken = randomBytes(32).toString('base64url');
  /** The daemon's own page; its tokens open nothing without its own Origin, so the gate asks it apart. */
  readonly console = new ConsoleSessions();
  readonly #localBytes = Buffer.from(this.localToken);
  readonly #clients: Clients;
  #byHash = new Map<string, Principal>();
  readonly #watchers: (() => void)[] = [];
  readonly #lastSeen = new Map<string, number>();

  constructor(clients: Clients) {
    this.#clients = clients;
    this.console.onChange(() => this.#tell());
    this.#load();
  }

  /** Who this bearer token belongs to, or null. The local one is compared in constant time, named ones are found by their hash. */
  whose(token: string): Principal | null {
    const bytes = Buffer.from(token);
    if (bytes.length === this.#localBytes.length && timingSafeEqual(bytes, this.#localBytes)) return LOCAL;
    const principal = this.#byHash.get(hashOf(token)) ?? null;
    if (principal !== null) this.#seen(principal);
    return principal;
  }

  list(): NamedClient[] {
    return this.#clients.list().map(({ name, scopes, createdAt, lastUsedAt }) => ({ name, scopes, createdAt, lastUsedAt }));
  }

  /** Makes a client and its token, which is shown this once. Throws `client_exists`. */
  add(name: string, scopes: readonly Scope[]): { client: NamedClient; token: string } {
    const token = `signet_${randomBytes(32).toString('base64url')}`;
    const createdAt = new Date().toISOString();
    if (!this.#clients.add(name, hashOf(token), scopes, createdAt)) throw new SignetError('client_exists', { params: { name } });
    this.#load();
    return { client: { name, scopes: [...scopes], createdAt, lastUsedAt: null }, token };
  }

  /** Ends a client's access at once. Throws `client_not_found`. */
  remove(name: string): void {
    if (!this.#clients.remove(name)) throw new SignetError('client_not_found', { params: { name } });
    this.#load();
  }

  #seen({ id }: Principal): void {
    const now = Date.now();
    if (now - (this.#lastSeen.get(id) ?? 0) < SEEN_EVERY) return;
    this.#lastSeen.set(id, now);
    try {
      this.#clients.touch(id.slice('client:'.length), new Date(now).toISOString());
    } catch {
      // Being seen is a convenience: a full disk must not shut the client out.
    }
  }

  /** True while the principal's token is one of ours: an open stream ends when its client is removed or its console signs out. */
  knows(principal: Principal): boolean {
    return principal.local || this.console.knows(principal) || [...this.#byHash.values()].some(({ id }) => id === principal.id);
  }

  /** Calls `run` whenever a client has been added or removed, or a console session has ended. */
  onChange(run: () => void): void {
    this.#watchers.push(run);
  }

  #load(): void {
    this.#byHash = new Map(
      this.#clients
        .list()
        .map(({ name, tokenHash, scopes }) => [tokenHash, { id: `client:${name}`, scopes: new Set(scopes), local: false }]),
    );
    this.#tell();
  }

  #tell(): void {
    for (const run of this.#watchers) run();
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
