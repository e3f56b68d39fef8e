import { inspect } from 'node:util';

/**
 * A PIN, PUK or SO PIN on its way to a token. Holds the only copy that Signet controls, as bytes that can be zeroed;
 * every conversion to text, JSON or a log line yields a fixed word, so that neither the value nor its length leaks.
 */
export class Secret {
  #bytes: Buffer;
  #wiped = false;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes over `bytes`: the caller must not keep or use the buffer afterwards. */
  static adopt(bytes: Buffer): Secret {
    return new Secret(bytes);
  }

  /** A private copy of UTF-8 text, for text that already is a JavaScript string and so cannot be wiped itself. */
  static fromText(text: string): Secret {
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text, 'utf8'));
    bytes.write(text, 'utf8');
    return new Secret(bytes);
  }

  /** The bytes, for the one place that sends them to the driver. Throws once wiped: a PIN is never presented twice. */
  get bytes(): Buffer {
    if (this.#wiped) throw new Error('this secret has been used and wiped');
    return this.#bytes;
  }

  /** True once the bytes are gone. */
  get wiped(): boolean {
    return this.#wiped;
  }

  /** Zeroes the bytes. Harmless when repeated. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#bytes = Buffer.alloc(0);
    this.#wiped = true;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
