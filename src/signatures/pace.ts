/** How long one call of a batch should keep a driver, in milliseconds: long enough to hide the way there, short enough for others. */
const CALL = 20;
const MOST = 64;
/** Calls of one batch at the driver at a time, for keys that sign faster than one such call. */
const TOGETHER = 4;

/**
 * How a batch is cut into calls. It starts with a single signature and grows as the key proves fast: a card that takes half a
 * second for each never has more than one of the batch before somebody else's request.
 */
export class Pace {
  /** Milliseconds of the fastest signature seen; a call that waited for others tells too much, never too little. */
  #fastest = Number.POSITIVE_INFINITY;

  /** Signatures that the next call may make. */
  get size(): number {
    return Math.max(1, Math.min(MOST, Math.floor(CALL / this.#fastest)));
  }

  /** Calls that may be under way at a time. */
  get together(): number {
    return this.#fastest < CALL ? TOGETHER : 1;
  }

  /** A call made this many signatures in this many milliseconds. */
  served(signatures: number, milliseconds: number): void {
    this.#fastest = Math.min(this.#fastest, milliseconds / signatures);
  }
}
