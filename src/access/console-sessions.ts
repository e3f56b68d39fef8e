import { createHash, randomBytes } from 'node:crypto';
import { SignetError } from '../errors/index.ts';
import type { Scope } from '../store/index.ts';
import type { Principal } from './caller.ts';

/** Who the page of the daemon is to grants, rate limits and the audit trail. */
export const CONSOLE_CALLER = 'console';

const SCOPES: ReadonlySet<Scope> = new Set(['status', 'sign', 'pin', 'admin']);
/** How long a code waits to be exchanged, in milliseconds. */
const CODE_LIFE = 60_000;
/** A session ends when it was not used for so long, and at the latest so long after it began. */
const IDLE = 30 * 60_000;
const ABSOLUTE = 12 * 3_600_000;
/** Wrong codes within a minute that are told so; more are told to wait. */
const WRONG_PER_MINUTE = 10;
/** Codes that may wait at once: one person opens one page. */
const WAITING = 20;
const MINUTE = 60_000;

/** What became of a code. `gone` is one that was never made or was forgotten since. */
export type CodeState = 'waiting' | 'used' | 'expired' | 'gone';

interface Code {
  hash: string;
  expires: number;
  used: boolean;
}

interface Session {
  principal: Principal;
  lastUsed: number;
  expires: number;
}

/**
 * The console's one-time codes and the sessions that they open, in memory only and as hashes: neither outlives the daemon, and
 * a dump of it shows no token that could be used. Times are milliseconds of `now`.
 */
export class ConsoleSessions {
  readonly #now: () => number;
  readonly #codes = new Map<string, Code>();
  readonly #sessions = new Map<string, Session>();
  readonly #watchers: (() => void)[] = [];
  #wrong: number[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Makes a code of 256 bits; `id` names it without opening anything. Throws `queue_full` when too many wait. */
  makeCode(): { id: string; code: string; expiresAt: string } {
    this.#forgetCodes();
    if (this.#codes.size >= WAITING) throw new SignetError('queue_full', { retryAfter: CODE_LIFE / 1_000 });
    const code = randomBytes(32).toString('base64url');
    const id = randomBytes(9).toString('base64url');
    const expires = this.#now() + CODE_LIFE;
    this.#codes.set(id, { hash: hashOf(code), expires, used: false });
    return { id, code, expiresAt: new Date(expires).toISOString() };
  }

  /** What became of a code, by its id. */
  codeState(id: string): CodeState {
    const code = this.#codes.get(id);
    if (code === undefined) return 'gone';
    if (code.used) return 'used';
    return this.#now() < code.expires ? 'waiting' : 'expired';
  }

  /**
   * Opens a session with a code, which is good for this once. Throws `console_code_refused`, which does not say whether the code
   * was unknown, used or too old, and `rate_limited` after ten wrong ones in a minute. The right one opens all the same: nobody
   * guesses 256 bits, and any page or user of the machine could shut the person out with wrong ones.
   */
  exchange(code: string): { token: string; expiresAt: string; idleSeconds: number } {
    const now = this.#now();
    // Found by a hash of 256 random bits: how long the search takes tells nothing of them.
    const hash = hashOf(code);
    const found = [...this.#codes.values()].find((each) => each.hash === hash);
    if (found === undefined || found.used || now >= found.expires) throw this.#refusal(now);
    found.used = true;
    const token = `console_${randomBytes(32).toString('base64url')}`;
    const principal: Principal = { id: CONSOLE_CALLER, scopes: SCOPES, local: false };
    const expires = now + ABSOLUTE;
    this.#sessions.set(hashOf(token), { principal, lastUsed: now, expires });
    this.#watch();
    return { token, expiresAt: new Date(expires).toISOString(), idleSeconds: IDLE / 1_000 };
  }

  /** The principal of a session's token, whose idle time starts anew; null when there is no such session any more. */
  whose(token: string): Principal | null {
    const session = this.#sessions.get(hashOf(token));
    if (session === undefined || !this.#alive(session)) return null;
    session.lastUsed = this.#now();
    return session.principal;
  }

  /** True while the principal's own session lasts; another session of the console does not count. */
  knows(principal: Principal): boolean {
    return [...this.#sessions.values()].some((session) => session.principal === principal && this.#alive(session));
  }

  /** How many sessions are open. */
  get open(): number {
    return [...this.#sessions.values()].filter((session) => this.#alive(session)).length;
  }

  /** Ends the principal's session; true when it had one. */
  end(principal: Principal): boolean {
    for (const [hash, session] of this.#sessions) {
      if (session.principal !== principal) continue;
      this.#sessions.delete(hash);
      this.#tell();
      return true;
    }
    return false;
  }

  /** Calls `run` whenever a session has ended. */
  onChange(run: () => void): void {
    this.#watchers.push(run);
  }

  #refusal(now: number): SignetError {
    this.#wrong = this.#wrong.filter((at) => now - at < MINUTE);
    if (this.#wrong.length < WRONG_PER_MINUTE) {
      this.#wrong.push(now);
      return new SignetError('console_code_refused');
    }
    const seconds = Math.ceil((MINUTE - (now - (this.#wrong[0] ?? now))) / 1_000);
    return new SignetError('rate_limited', { variant: 'console', params: { seconds }, retryAfter: seconds });
  }

  #alive({ expires, lastUsed }: Session): boolean {
    return this.#now() < Math.min(expires, lastUsed + IDLE);
  }

  #forgetCodes(): void {
    const now = this.#now();
    // Kept a while beyond their end, so that whoever made one can still ask what became of it.
    for (const [id, { expires }] of this.#codes) if (now > expires + CODE_LIFE) this.#codes.delete(id);
  }

  /** Looks once a minute for sessions that have run out: their streams have to end by themselves. */
  #watch(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => {
      const before = this.#sessions.size;
      for (const [hash, session] of this.#sessions) if (!this.#alive(session)) this.#sessions.delete(hash);
      if (this.#sessions.size < before) this.#tell();
      if (this.#sessions.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    }, MINUTE);
    this.#timer.unref();
  }

  #tell(): void {
    for (const run of this.#watchers) run();
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
