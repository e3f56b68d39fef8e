import { createHmac, randomBytes } from 'node:crypto';

/** Which secret of a token a value was tried for. */
export type PinPurpose = 'user' | 'so' | 'context';

/**
 * The PINs that tokens rejected in this process's life, as HMACs under a key that never leaves it. In memory only: a PIN has
 * too few values for any stored hash to hide it.
 */
export class KnownWrong {
  readonly #key = randomBytes(32);
  readonly #marks = new Map<string, Set<string>>();

  /** True when this value was rejected before for this token and purpose. */
  has(identity: string, purpose: PinPurpose, pin: Buffer): boolean {
    return this.#marks.get(place(identity, purpose))?.has(this.#mark(identity, purpose, pin)) ?? false;
  }

  /** Remembers a rejected value. */
  add(identity: string, purpose: PinPurpose, pin: Buffer): void {
    const marks = this.#marks.get(place(identity, purpose)) ?? new Set<string>();
    marks.add(this.#mark(identity, purpose, pin));
    this.#marks.set(place(identity, purpose), marks);
  }

  /** The user PIN has a new value: what was wrong may be right now, also where it is asked for each signature. */
  renewed(identity: string): void {
    for (const purpose of ['user', 'context'] as const) this.#marks.delete(place(identity, purpose));
  }

  /** Drops everything known of a token: it was away, and its PINs may have been changed there. */
  forget(identity: string): void {
    this.renewed(identity);
    this.#marks.delete(place(identity, 'so'));
  }

  #mark(identity: string, purpose: PinPurpose, pin: Buffer): string {
    return createHmac('sha256', this.#key)
      .update(`${place(identity, purpose)}\0`)
      .update(pin)
      .digest('base64');
  }
}

function place(identity: string, purpose: PinPurpose): string {
  return `${identity}\0${purpose}`;
}
