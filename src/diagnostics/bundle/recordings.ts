import { SignetError } from '../../errors/index.ts';
import { randomCode } from './code.ts';
import type { RecordingFacts } from './log-lines.ts';

/** Longest that a recording runs when nobody ends it, in milliseconds. */
export const LONGEST_RECORDING = 10 * 60_000;
/** Ended recordings that a bundle can still be made of. */
const KEPT = 5;

/** What a recording does to the log. */
export interface RecordingLog {
  mark(marker: string, phase: 'begin' | 'end'): void;
  verbose(on: boolean): void;
}

/** A recording as its caller sees it. `endsAt`: when it ends by itself. */
export interface Recording {
  id: string;
  marker: string;
  startedAt: string;
  endsAt: string;
  endedAt: string | null;
}

/** A time in which the log tells more, between two marks. One at a time; it ends by itself when nobody ends it. */
export class Recordings {
  readonly #log: RecordingLog;
  readonly #longest: number;
  #recordings: Recording[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(log: RecordingLog, longest = LONGEST_RECORDING) {
    this.#log = log;
    this.#longest = longest;
  }

  /** Begins one. Throws `recording_running` while another runs. */
  start(): Recording {
    if (this.#running() !== undefined) throw new SignetError('recording_running');
    const marker = `REC-${randomCode(6)}`;
    const now = Date.now();
    const recording: Recording = {
      id: marker,
      marker,
      startedAt: new Date(now).toISOString(),
      endsAt: new Date(now + this.#longest).toISOString(),
      endedAt: null,
    };
    this.#recordings = [...this.#recordings.slice(1 - KEPT), recording];
    this.#log.verbose(true);
    this.#log.mark(marker, 'begin');
    this.#timer = setTimeout(() => this.end(marker), this.#longest);
    this.#timer.unref();
    return { ...recording };
  }

  /** Ends one; one that has ended stays as it is. Throws `recording_not_found`. */
  end(id: string): Recording {
    const recording = this.#find(id);
    if (recording.endedAt === null) {
      clearTimeout(this.#timer);
      recording.endedAt = new Date().toISOString();
      this.#log.mark(recording.marker, 'end');
      this.#log.verbose(false);
    }
    return { ...recording };
  }

  /** What a bundle needs to know; one that still runs reaches to now. Throws `recording_not_found`. */
  facts(id: string): RecordingFacts {
    const { marker, startedAt, endedAt } = this.#find(id);
    return { marker, startedAt, endedAt: endedAt ?? new Date().toISOString() };
  }

  /** Ends the one that runs, if any. */
  close(): void {
    const running = this.#running();
    if (running !== undefined) this.end(running.id);
  }

  #running(): Recording | undefined {
    return this.#recordings.find(({ endedAt }) => endedAt === null);
  }

  #find(id: string): Recording {
    const found = this.#recordings.find((recording) => recording.id === id);
    if (found === undefined) throw new SignetError('recording_not_found');
    return found;
  }
}
