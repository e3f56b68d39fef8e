import { SignetError } from '../errors/index.ts';
import { questionFor, type Terminal } from './terminal.ts';

const ENTER = new Set([0x0a, 0x0d]);
const RUB_OUT = new Set([0x08, 0x7f]);
const INTERRUPT = 0x03;
const END = 0x04;
const KILL_LINE = 0x15;
const ESCAPE = 0x1b;
/** Longest secret that can be typed, in bytes. */
const LONGEST = 1024;

/**
 * Asks for a secret on the terminal without showing anything of it, not even its length. Resolves with its bytes, which the
 * caller zeroes; they never are a string. Throws `prompt_cancelled` on Ctrl-C, Ctrl-D, an empty line, or when the terminal goes away,
 * and the signal's reason when it is aborted.
 */
export function askSecret(terminal: Terminal, prompt: string, signal?: AbortSignal): Promise<Buffer> {
  const { stdin, stderr } = terminal;
  const typed = new Line();
  const wasRaw = stdin.isRaw === true;
  return new Promise((resolve, reject) => {
    const finish = (secret: Buffer | null, reason: unknown = new SignetError('prompt_cancelled')): void => {
      signal?.removeEventListener('abort', onAbort);
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.setRawMode?.(wasRaw);
      stdin.pause();
      stderr.write('\n');
      typed.clear();
      if (secret !== null && secret.length > 0) resolve(secret);
      else reject(reason);
    };
    const onData = (chunk: Buffer): void => {
      const answer = typed.feed(chunk);
      chunk.fill(0);
      if (answer !== undefined) finish(answer);
    };
    const onEnd = (): void => finish(null);
    const onAbort = (): void => finish(null, signal?.reason);
    if (signal?.aborted === true) return reject(signal.reason);
    signal?.addEventListener('abort', onAbort);
    stdin.setRawMode?.(true);
    stdin.on('data', onData);
    stdin.on('end', onEnd);
    stdin.resume();
    // Only now: who types at once must find the echo off.
    stderr.write(questionFor(terminal, prompt));
  });
}

/** A line being typed, byte by byte. */
class Line {
  readonly #bytes = Buffer.alloc(LONGEST);
  #length = 0;
  /** Inside the sequence of an arrow or function key. */
  #escape: 'none' | 'begun' | 'inside' = 'none';

  /** Takes what was typed: the secret when the line is complete, null when it was called off, undefined when it goes on. */
  feed(chunk: Buffer): Buffer | null | undefined {
    for (const byte of chunk) {
      if (this.#skips(byte)) continue;
      if (ENTER.has(byte)) return this.#take();
      if (byte === INTERRUPT || byte === END) return null;
      if (byte === ESCAPE) this.#escape = 'begun';
      else if (byte === KILL_LINE) this.clear();
      else if (RUB_OUT.has(byte)) this.#rubOut();
      else if (byte >= 0x20 && this.#length < LONGEST) {
        this.#bytes[this.#length] = byte;
        this.#length += 1;
      }
    }
    return undefined;
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #take(): Buffer {
    const secret = Buffer.alloc(this.#length);
    this.#bytes.copy(secret, 0, 0, this.#length);
    return secret;
  }

  #rubOut(): void {
    // One character may be several bytes of UTF-8; those after the first begin with the bits 10.
    let from = this.#length;
    do from -= 1;
    while (from > 0 && ((this.#bytes[from] ?? 0) & 0xc0) === 0x80);
    this.#bytes.fill(0, Math.max(0, from), this.#length);
    this.#length = Math.max(0, from);
  }

  /** Keys that are not characters send ESC [ … or ESC O and end with a letter or `~` (ECMA-48, 5.4). */
  #skips(byte: number): boolean {
    if (this.#escape === 'none') return false;
    if (this.#escape === 'begun') {
      this.#escape = byte === 0x5b || byte === 0x4f ? 'inside' : 'none';
      return this.#escape === 'inside';
    }
    if (byte >= 0x40 && byte <= 0x7e) this.#escape = 'none';
    return true;
  }
}
