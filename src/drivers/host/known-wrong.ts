import { createHmac, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** Which secret of a token a value was tried for. */
export type PinPurpose = 'user' | 'so' | 'context';

/**
 * The PINs that tokens rejected in this process's life, as HMACs under a random key. In memory only, this host's and
 * that of the one that replaces it: a PIN has too few values for any stored hash to hide it.
 */
export class KnownWrong {
  #key = randomBytes(KEY_BYTES);
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

  /** Everything known, key included, for the host that takes this one's place. */
  surrender(): Buffer {
    const marks = [...this.#marks].map(([at, values]) => [at, [...values]]);
    return Buffer.concat([this.#key, Buffer.from(JSON.stringify(marks))]);
  }

  /** Takes over what a host before this one surrendered, in place of what is known. */
  inherit(known: Buffer): void {
    this.#key = Buffer.from(known.subarray(0, KEY_BYTES));
    this.#marks.clear();
    const marks = JSON.parse(known.subarray(KEY_BYTES).toString('utf8')) as [string, string[]][];
    for (const [at, values] of marks) this.#marks.set(at, new Set(values));
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
