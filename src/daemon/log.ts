import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** Bytes kept of the first lines after the start, and of the newest: 512 Ki together. */
const FIRST = 64 * 1024;
const NEWEST = 448 * 1024;
/** A longer line is left out; what is kept of it would be no JSON any more. */
const LONGEST = 8 * 1024;

/** Lines of the log in memory: the first after the start, which say what the daemon found, and the newest. */
export class LogRing {
  readonly #first: string[] = [];
  #firstSize = 0;
  #firstFull = false;
  #newest: string[] = [];
  #newestSize = 0;
  #oldest = 0;
  #dropped = 0;

  /** Keeps a line (JSON, with or without its line break). */
  push(line: string): void {
    const text = line.length > LONGEST ? leftOut(line) : line.trimEnd();
    const size = Buffer.byteLength(text);
    if (!this.#firstFull && this.#firstSize + size <= FIRST) {
      this.#first.push(text);
      this.#firstSize += size;
      return;
    }
    this.#firstFull = true;
    this.#newest.push(text);
    this.#newestSize += size;
    while (this.#newestSize > NEWEST) {
      this.#newestSize -= Buffer.byteLength(this.#newest[this.#oldest] ?? '');
      this.#oldest += 1;
      this.#dropped += 1;
    }
    // Taking each off the front would move all the others.
    if (this.#oldest > 4_096) {
      this.#newest = this.#newest.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** The kept lines, oldest first, and how many between the first and the newest are gone. */
  lines(): { lines: string[]; dropped: number } {
    return { lines: [...this.#first, ...this.#newest.slice(this.#oldest)], dropped: this.#dropped };
  }
}

/** The daemon's log: to standard error from the configured level on, and to the ring from `info` on. */
export interface DaemonLog {
  log: Logger;
  ring: LogRing;
  /** Whether the ring also gets `debug`; standard error never gets more than was configured. */
  verbose(on: boolean): void;
}

/** Makes the log. `stderr` takes whole lines. */
export function daemonLog(
  level: Config['logLevel'],
  stderr: { write(line: string): unknown } = pino.destination({ dest: 2, sync: true }),
): DaemonLog {
  const { values } = pino.levels;
  const shown = level === 'silent' ? Number.POSITIVE_INFINITY : (values[level] ?? 0);
  const usual = shown <= (values.info ?? 0) ? level : 'info';
  const verbose = shown <= (values.debug ?? 0) ? level : 'debug';
  const ring = new LogRing();
  const sink = {
    // Makes pino tell the level of each line in lastLevel.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      if (sink.lastLevel >= shown) stderr.write(line);
      ring.push(line);
    },
  };
  const log = pino({ name: 'signet', level: usual, base: { pid: process.pid } }, sink);
  return {
    log,
    ring,
    verbose: (on) => {
      log.level = on ? verbose : usual;
    },
  };
}

function leftOut(line: string): string {
  const [, level = '30'] = /^\{"level":(\d+)/.exec(line) ?? [];
  return JSON.stringify({ level: Number(level), time: Date.now(), msg: `(a line of ${line.length} characters was left out)` });
}
