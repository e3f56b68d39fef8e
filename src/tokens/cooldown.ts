/** Wrong PINs in a row that a caller may have before it must wait. */
const FREE = 2;
const FIRST_WAIT = 3_000;
const LONGEST_WAIT = 300_000;

/** Makes a caller wait after two wrong PINs in a row, on whichever tokens, doubling with each further one. */
export class Cooldown {
  readonly #now: () => number;
  readonly #wrong = new Map<string, { inRow: number; until: number }>();

  /** `now` gives milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds that this caller must still wait; 0 when it may try. */
  wait(caller: string): number {
    const entry = this.#wrong.get(caller);
    return entry === undefined ? 0 : Math.max(0, Math.ceil((entry.until - this.#now()) / 1000));
  }

  /** A PIN of this caller was rejected. */
  wrong(caller: string): void {
    const inRow = (this.#wrong.get(caller)?.inRow ?? 0) + 1;
    const wait = inRow < FREE ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (inRow - FREE));
    this.#wrong.set(caller, { inRow, until: this.#now() + wait });
  }

  /** A PIN of this caller was accepted. */
  right(caller: string): void {
    this.#wrong.delete(caller);
  }
}
