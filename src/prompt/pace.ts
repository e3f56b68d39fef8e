import { SignetError } from '../errors/index.ts';
import type { Asker } from './question.ts';

/** Refusals of one asker that are followed by no wait yet. */
const FREE = 2;
/** The first wait, and the longest, in milliseconds. */
const FIRST = 5_000;
const LONGEST = 15 * 60_000;
/** Askers that are remembered; the oldest goes first. */
const KEPT = 1_000;

/** Refusals of whatever sites within a minute after which all of them wait, and how long. */
const CROWD = 8;
const MINUTE = 60_000;

interface Record {
  refusals: number;
  until: number;
}

/**
 * Makes a site wait that asks again and again although the person said no or did not answer: a page could otherwise wear
 * somebody down with windows. Each refusal doubles the wait; an answer that was given clears it. Many sites at once are held up
 * together: a page can have as many names as it likes. Programs of the person's own are not held up.
 */
export class Pace {
  readonly #now: () => number;
  readonly #askers = new Map<string, Record>();
  /** When any site was last refused, oldest first. */
  #refusals: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws `rate_limited` while the asker has to wait. */
  require({ kind, name }: Asker): void {
    if (kind === 'program') return;
    const now = this.#now();
    const [first = 0] = this.#refusals.slice(-CROWD);
    const crowd = this.#refusals.length >= CROWD ? first + MINUTE : 0;
    const left = Math.max(crowd, this.#askers.get(name)?.until ?? 0) - now;
    if (left <= 0) return;
    const seconds = Math.ceil(left / 1_000);
    throw new SignetError('rate_limited', { variant: 'prompt', params: { seconds }, retryAfter: seconds });
  }

  /** The person said no, or did not answer. */
  refused({ kind, name }: Asker): void {
    if (kind === 'program') return;
    this.#refusals = [...this.#refusals.slice(1 - CROWD), this.#now()];
    const before = this.#askers.get(name);
    // Whoever kept quiet for long starts anew.
    const refusals = (before !== undefined && this.#now() - before.until < LONGEST ? before.refusals : 0) + 1;
    const wait = refusals <= FREE ? 0 : Math.min(LONGEST, FIRST * 2 ** (refusals - FREE - 1));
    this.#askers.delete(name);
    this.#askers.set(name, { refusals, until: this.#now() + wait });
    const [oldest] = this.#askers.keys();
    if (this.#askers.size > KEPT && oldest !== undefined) this.#askers.delete(oldest);
  }

  /** The person answered. */
  served({ name }: Asker): void {
    this.#askers.delete(name);
  }
}
