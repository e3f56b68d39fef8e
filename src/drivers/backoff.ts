const STEPS = [0, 100, 500, 2_000, 5_000, 15_000, 30_000];
/** A host that lived this long counts as sound again. */
const SOUND_AFTER = 60_000;
/** Longest step for a host that answered calls before it failed: what crashes it is a call that somebody makes, not its start. */
const SERVED_STEP = 2;
/** So many starts in a row that led to nothing mean that the next will not help either. */
const HOPELESS_AFTER = 3;

/** How long to wait before a host is replaced: at once the first time, longer while it keeps failing. Milliseconds. */
export class Backoff {
  #failures = 0;
  #idle = 0;
  #readyAt: number | null = null;
  #served = false;

  /** The host loaded its library at `now`. */
  ready(now: number): void {
    this.#readyAt = now;
    this.#served = false;
  }

  /** The host answered a call. */
  served(): void {
    this.#served = true;
  }

  /** Delay before the next start, after a failure at `now`. */
  next(now: number): number {
    if (this.#readyAt !== null && now - this.#readyAt > SOUND_AFTER) this.#failures = 0;
    if (this.#served) this.#failures = Math.min(this.#failures, SERVED_STEP);
    this.#idle = this.#served ? 0 : this.#idle + 1;
    const delay = STEPS[Math.min(this.#failures, STEPS.length - 1)] ?? 0;
    this.#failures += 1;
    this.#readyAt = null;
    this.#served = false;
    return delay;
  }

  /** True while one host after the other ends before it has answered a call. */
  get hopeless(): boolean {
    return this.#idle >= HOPELESS_AFTER;
  }
}
