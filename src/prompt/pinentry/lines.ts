/** The longest line that Assuan allows, without its end (ASSUAN_LINELENGTH of libassuan). */
export const LONGEST_LINE = 1_000;

const LF = 0x0a;
const CR = 0x0d;

/** Cuts what a pinentry writes into lines. The bytes may be a PIN: they are kept in one buffer of ours and zeroed behind us. */
export class Lines {
  readonly #held = Buffer.alloc(LONGEST_LINE + 2);
  #length = 0;

  /** Takes over a chunk (it is zeroed) and hands on each whole line. Returns false when a line is too long to be Assuan. */
  push(chunk: Buffer, take: (line: Buffer) => void): boolean {
    try {
      for (const byte of chunk) {
        if (byte === LF) {
          const end = this.#length > 0 && this.#held[this.#length - 1] === CR ? this.#length - 1 : this.#length;
          const line = this.#held.subarray(0, end);
          this.#length = 0;
          take(line);
          line.fill(0);
        } else {
          if (this.#length >= this.#held.length) return false;
          this.#held[this.#length++] = byte;
        }
      }
      return true;
    } finally {
      chunk.fill(0);
    }
  }

  /** Forgets what was not finished. */
  wipe(): void {
    this.#held.fill(0);
    this.#length = 0;
  }
}
