import { deserialize, serialize } from 'node:v8';

/** Largest message between daemon and host, in bytes; anything longer is a broken peer. */
export const MAX_FRAME = 64 * 1024 * 1024;

const WORD = 4;

/** A message that cannot be read: the peer is broken and must be replaced. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/**
 * One message as bytes: the length of the rest, the length of the structured clone of `message` (both four bytes,
 * big-endian), the clone, then `secrets` one after the other. Secrets stay out of the clone because the serialiser grows its
 * memory by copying it, and what it leaves behind cannot be wiped; the frame can. Throws FrameError above MAX_FRAME.
 */
export function encodeFrame(message: unknown, secrets: readonly Buffer[] = []): Buffer {
  const clone = serialize(message);
  let size = WORD + clone.length;
  for (const secret of secrets) size += secret.length;
  if (size > MAX_FRAME) throw new FrameError(`a frame of ${size} bytes is too long`);
  // A frame with a secret gets memory of its own; the others share the pool, which spares an allocation per call.
  const frame = secrets.length > 0 ? Buffer.allocUnsafeSlow(WORD + size) : Buffer.allocUnsafe(WORD + size);
  frame.writeUInt32BE(size, 0);
  frame.writeUInt32BE(clone.length, WORD);
  let at = 2 * WORD;
  at += clone.copy(frame, at);
  for (const secret of secrets) at += secret.copy(frame, at);
  return frame;
}

/** Gets a message and the bytes of its secrets. Buffers in both are views of the reader's memory. */
export type OnMessage = (message: unknown, secrets: Buffer) => void;

/**
 * Cuts a byte stream into messages, in order. With `wipe` (the host's side) the reader keeps no view of a chunk that it was
 * given and zeroes every byte of it, and of its own copies, when `onMessage` has returned.
 */
export class FrameReader {
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes that must be here before anything can be read. */
  #wanted = WORD;
  readonly #onMessage: OnMessage;
  readonly #wipe: boolean;

  constructor(onMessage: OnMessage, options: { wipe?: boolean } = {}) {
    this.#onMessage = onMessage;
    this.#wipe = options.wipe ?? false;
  }

  /** Feeds bytes as they arrive. Throws FrameError on a length or a body that no peer of ours writes. */
  push(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length < this.#wanted) {
      this.#parts.push(this.#own(chunk));
      return;
    }
    const data = this.#joined(chunk);
    try {
      const rest = this.#read(data);
      this.#length = rest.length;
      this.#parts = rest.length > 0 ? [this.#own(rest)] : [];
    } finally {
      if (this.#wipe) data.fill(0);
    }
  }

  /** Delivers every whole message in `data` and answers what is left. */
  #read(data: Buffer): Buffer {
    let at = 0;
    this.#wanted = WORD;
    while (data.length - at >= WORD) {
      const size = data.readUInt32BE(at);
      if (size < WORD || size > MAX_FRAME) throw new FrameError(`a frame cannot have ${size} bytes`);
      if (data.length - at < WORD + size) {
        this.#wanted = WORD + size;
        break;
      }
      const body = data.subarray(at + WORD, at + WORD + size);
      at += WORD + size;
      const end = WORD + body.readUInt32BE(0);
      if (end > size) throw new FrameError('a frame holds less than it says');
      this.#onMessage(clonedFrom(body.subarray(WORD, end)), body.subarray(end));
    }
    return data.subarray(at);
  }

  #joined(chunk: Buffer): Buffer {
    if (this.#parts.length === 0) return chunk;
    const joined = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    for (const part of [...this.#parts, chunk]) {
      at += part.copy(joined, at);
      if (this.#wipe) part.fill(0);
    }
    this.#parts = [];
    return joined;
  }

  #own(chunk: Buffer): Buffer {
    if (!this.#wipe) return chunk;
    const copy = Buffer.allocUnsafeSlow(chunk.length);
    chunk.copy(copy);
    chunk.fill(0);
    return copy;
  }
}

function clonedFrom(clone: Buffer): unknown {
  try {
    return deserialize(clone);
  } catch (cause) {
    throw new FrameError('a frame does not hold a message', { cause });
  }
}
