import { SignetError } from '../errors/index.ts';
import { CHECKS } from './registry.ts';
import type { ListedCheck, Report } from './report.ts';
import { listChecks, type RunOptions, runChecks } from './run.ts';
import { type ViewParts, viewOf } from './view-live.ts';

/** Runs at once, and runs that may wait for their turn: each may start a process per driver. */
const AT_ONCE = 2;
const MAY_WAIT = 8;

/** The doctor of one daemon, or of none. Each run looks anew. */
export class Doctor {
  readonly #parts: ViewParts;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  list(language?: string): ListedCheck[] {
    return listChecks(this.#parts.machine.platform, language);
  }

  /** Those of the ids that no check has. */
  unknown(ids: readonly string[]): string[] {
    return unknownChecks(ids);
  }

  /**
   * Runs the checks; see runChecks. Waits its turn behind two others, unless it is called off before. Throws `queue_full` when
   * too many wait already.
   */
  async run(options: RunOptions = {}): Promise<Report> {
    const held = await this.#turn(options.signal);
    try {
      return await runChecks(viewOf(this.#parts), options);
    } finally {
      if (held) this.#next();
    }
  }

  /** Resolves when there is a place, with true; or with false when the run was called off, which then does nothing anyway. */
  async #turn(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#running < AT_ONCE) {
      this.#running += 1;
      return true;
    }
    if (this.#waiting.length >= MAY_WAIT) throw new SignetError('queue_full', { retryAfter: 5 });
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        resolve(false);
      };
      const go = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve(true);
      };
      this.#waiting.push(go);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** Those of the ids that no check has. */
export function unknownChecks(ids: readonly string[]): string[] {
  return ids.filter((id) => !CHECKS.some((check) => check.id === id));
}
