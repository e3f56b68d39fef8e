import { CliFailure } from './failure.ts';
import type { Input } from './terminal.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Longest line taken, in bytes. */
const LONGEST = 1024;

/** Secrets from standard input, one a line, as bytes that never become a string. */
export class SecretLines {
  readonly #input: Input;
  #rest: Buffer = Buffer.alloc(0);
  #chunks: AsyncIterator<Buffer | string> | undefined;

  constructor(input: Input) {
    this.#input = input;
  }

  /** The next line without its end; the caller zeroes it. Throws CliFailure when there is none or it is too long. */
  async next(): Promise<Buffer> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end >= 0) return this.#cut(end, end + 1);
      if (this.#rest.length > LONGEST) throw new CliFailure('stdin_line_too_long', 4);
      if (!(await this.#more())) break;
    }
    if (this.#rest.length === 0) throw new CliFailure('stdin_empty', 4);
    return this.#cut(this.#rest.length, this.#rest.length);
  }

  /** Zeroes what was read and not used, and reads no more. */
  close(): void {
    this.#rest.fill(0);
    this.#rest = Buffer.alloc(0);
    this.#input.pause();
    if ('unref' in this.#input && typeof this.#input.unref === 'function') this.#input.unref();
  }

  async #more(): Promise<boolean> {
    this.#chunks ??= (this.#input as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]();
    const { value, done } = await this.#chunks.next();
    if (done === true) return false;
    const chunk = Buffer.isBuffer(value) ? value : Buffer.from(value);
    const joined = Buffer.alloc(this.#rest.length + chunk.length);
    this.#rest.copy(joined);
    chunk.copy(joined, this.#rest.length);
    this.#rest.fill(0);
    chunk.fill(0);
    this.#rest = joined;
    return true;
  }

  #cut(end: number, after: number): Buffer {
    const length = end > 0 && this.#rest[end - 1] === RETURN ? end - 1 : end;
    const line = Buffer.alloc(length);
    this.#rest.copy(line, 0, 0, length);
    this.#rest.fill(0, 0, after);
    this.#rest = this.#rest.subarray(after);
    return line;
  }
}
