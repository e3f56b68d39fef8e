/** How long a login grant lasts: idle since its last use, and at most since it was made. Milliseconds. */
export interface GrantLife {
  idle: number;
  absolute: number;
}

interface Grant {
  lastUsed: number;
  expires: number;
}

/**
 * Who may use a token's login. The PKCS#11 login belongs to the whole process; a grant belongs to the caller that presented
 * the PIN, so that another caller gets `pin_required` although the token is logged in.
 */
export class Grants {
  readonly #life: GrantLife;
  readonly #now: () => number;
  readonly #byToken = new Map<string, Map<string, Grant>>();

  constructor(life: GrantLife, now: () => number) {
    this.#life = life;
    this.#now = now;
  }

  /** Grants the login on a token to a caller, afresh. */
  give(token: string, caller: string): void {
    const now = this.#now();
    const grants = this.#byToken.get(token) ?? new Map<string, Grant>();
    grants.set(caller, { lastUsed: now, expires: now + this.#life.absolute });
    this.#byToken.set(token, grants);
  }

  /** True when the caller holds the login; with `use` its idle time starts anew. */
  holds(token: string, caller: string, use: boolean): boolean {
    const grant = this.#byToken.get(token)?.get(caller);
    if (grant === undefined) return false;
    const now = this.#now();
    if (now >= this.#end(grant)) return false;
    if (use) grant.lastUsed = now;
    return true;
  }

  /** The caller's session as the API shows it, or null. */
  session(token: string, caller: string): { expiresAt: string; idleSeconds: number } | null {
    const grant = this.#byToken.get(token)?.get(caller);
    if (grant === undefined || this.#now() >= this.#end(grant)) return null;
    return { expiresAt: new Date(grant.expires).toISOString(), idleSeconds: Math.round(this.#life.idle / 1000) };
  }

  /** Ends one caller's grant. Returns true when it was the token's last, so that the token must be logged out. */
  end(token: string, caller: string): boolean {
    const grants = this.#byToken.get(token);
    if (grants?.delete(caller) !== true) return false;
    if (grants.size > 0) return false;
    this.#byToken.delete(token);
    return true;
  }

  /** Ends every grant on a token: it is gone, or its login is. Returns true when there was one. */
  endAll(token: string): boolean {
    return this.#byToken.delete(token);
  }

  /** Drops what has expired. Returns the tokens left without any grant. */
  sweep(): string[] {
    const now = this.#now();
    const emptied: string[] = [];
    for (const [token, grants] of this.#byToken) {
      for (const [caller, grant] of grants) if (now >= this.#end(grant)) grants.delete(caller);
      if (grants.size > 0) continue;
      this.#byToken.delete(token);
      emptied.push(token);
    }
    return emptied;
  }

  /** Tokens with at least one grant. */
  tokens(): string[] {
    return [...this.#byToken.keys()];
  }

  #end(grant: Grant): number {
    return Math.min(grant.expires, grant.lastUsed + this.#life.idle);
  }
}
