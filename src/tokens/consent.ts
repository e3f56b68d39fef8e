import { randomBytes } from 'node:crypto';
import type { PinKind } from '../store/index.ts';

/** How long a consent to the final try lasts, in milliseconds. */
export const CONSENT_LIFE = 120_000;

interface Consent {
  identity: string;
  kind: PinKind;
  state: string;
  expires: number;
}

/** One-time consents to a try that may block the token, bound to token, kind of PIN and the state the person was shown. */
export class Consents {
  readonly #now: () => number;
  readonly #given = new Map<string, Consent>();

  /** `now` gives milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a consent that a person gave on this machine. `state` is what was observed then. */
  give(identity: string, kind: PinKind, state: string): { consent: string; expiresAt: string } {
    this.#sweep();
    const consent = randomBytes(24).toString('base64url');
    const expires = this.#now() + CONSENT_LIFE;
    this.#given.set(consent, { identity, kind: counterpart(kind), state, expires });
    return { consent, expiresAt: new Date(expires).toISOString() };
  }

  /** True when the consent is known, fresh, and for exactly this; does not use it up. */
  covers(consent: string, identity: string, kind: PinKind, state: string): boolean {
    const given = this.#given.get(consent);
    if (given === undefined || given.expires <= this.#now()) return false;
    return given.identity === identity && given.kind === counterpart(kind) && given.state === state;
  }

  /** An attempt begins: whatever was consented to for this PIN is used up, or about a state that is over. */
  void(identity: string, kind: PinKind): void {
    for (const [key, given] of this.#given) {
      if (given.identity === identity && given.kind === counterpart(kind)) this.#given.delete(key);
    }
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { expires }] of this.#given) if (expires <= now) this.#given.delete(key);
  }
}

/** A context-specific login mostly spends from the user PIN's tries: a consent to one is a consent to the other. */
function counterpart(kind: PinKind): PinKind {
  return kind === 'context' ? 'user' : kind;
}
