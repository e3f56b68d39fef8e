/** How long a site may go on using a certificate that it was shown once, in milliseconds. */
const LIFE = 30 * 60_000;

/** Which certificates each origin was shown, in memory: one that is remembered beyond that is among the pairings. */
export class Shown {
  readonly #now: () => number;
  readonly #byOrigin = new Map<string, Map<string, number>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `print` is the certificate's SHA-256. */
  add(origin: string, print: string): void {
    const prints = this.#byOrigin.get(origin) ?? new Map<string, number>();
    prints.set(print, this.#now() + LIFE);
    this.#byOrigin.set(origin, prints);
  }

  has(origin: string, print: string): boolean {
    return (this.#byOrigin.get(origin)?.get(print) ?? 0) > this.#now();
  }

  forget(origin: string): void {
    this.#byOrigin.delete(origin);
  }
}
