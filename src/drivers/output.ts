import { StringDecoder } from 'node:string_decoder';

/** Lines kept. */
const LIMIT = 200;
/** Longest line kept, in characters. */
const LONGEST = 500;
/** Longest line looked at: what is cut off before masking could end in the half of a secret. */
const LONGEST_RAW = 4_096;
/** Bytes looked at per second; a library that floods must not keep the daemon busy. */
const BUDGET = 256 * 1024;
const SECOND = 1_000;

/**
 * The last lines a library wrote to its standard output and error. Bounded, and stripped of what may be a secret: drivers
 * print PINs and APDUs in their debug output (OpenSC does at level 3), so digits, hex, quoted text and whatever follows a
 * word like "pin" are masked before a line is kept.
 */
export class CapturedOutput {
  #lines: string[] = [];
  #spent = 0;
  #since = 0;
  #flooding = false;

  /** A writer for one stream of one host: lines of two streams are not mixed, and a line may come in pieces. */
  stream(): (chunk: Buffer) => void {
    const decoder = new StringDecoder('utf8');
    let partial = '';
    return (chunk) => {
      if (!this.#affordable(chunk.length)) {
        partial = '';
        return;
      }
      const parts = (partial + decoder.write(chunk)).split(/[\r\n]+/);
      partial = (parts.pop() ?? '').slice(0, LONGEST_RAW);
      for (const part of parts.slice(-LIMIT)) this.#keep(part);
    };
  }

  /** The kept lines, oldest first, masked. */
  lines(): string[] {
    return [...this.#lines];
  }

  #keep(line: string): void {
    const masked = redactLine(line.slice(0, LONGEST_RAW)).trim().slice(0, LONGEST);
    if (masked === '') return;
    this.#lines.push(masked);
    if (this.#lines.length > LIMIT) this.#lines.shift();
  }

  #affordable(bytes: number): boolean {
    const now = performance.now();
    if (now - this.#since > SECOND) {
      this.#since = now;
      this.#spent = 0;
      this.#flooding = false;
    }
    this.#spent += bytes;
    if (this.#spent <= BUDGET) return true;
    if (!this.#flooding) this.#keep('(the library writes too much; some of it is left out)');
    this.#flooding = true;
    return false;
  }
}

/** A word for a PIN, also inside an identifier such as `userPin` or `PIN_VALUE`, but not inside `opening`. */
const SECRET_WORD = /(?:PIN|PUK|Pin|Puk|(?<![A-Za-z])(?:pin|puk))(?![a-z]).*$/;
const SECRET_WORD_TOO = /(?:passw|passphrase|pwd|secret|cvc|cvv).*$/i;

/** Masks everything in a line of library output that may be a PIN, a serial number, a name or an APDU. */
export function redactLine(line: string): string {
  return (
    line
      // UTF-16 text arrives as digits with zero bytes between them.
      .replace(/\p{Cc}/gu, '')
      .replace(/(["'`]).*?\1/g, '$1…$1')
      .replace(SECRET_WORD, (found) => `${found.slice(0, 3)} …`)
      .replace(SECRET_WORD_TOO, (found) => `${found.slice(0, 3)} …`)
      .replace(/\b(?:0x)?[0-9a-f]{1,3}(?:[ ,;:.-]+(?:0x)?[0-9a-f]{1,3}){3,}\b/gi, '…')
      .replace(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]{3,}\b/gi, '…')
      .replace(/\d{4,}/g, '…')
  );
}
