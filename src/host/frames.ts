import { endianness } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** Sizes of the messages that are taken, in bytes without the four of the length. */
export interface FrameLimits {
  min: number;
  max: number;
}

/** Why a message cannot be read: its length is outside the limits, the stream ends inside it, or it is not JSON in UTF-8. */
export type FrameFault = 'size' | 'cut' | 'json';

/** The other side does not speak native messaging, or says too much. Nothing after it can be read: where it ends is unknown. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly fault: FrameFault;

  constructor(fault: FrameFault, cause?: unknown) {
    super(`unreadable message (${fault})`, { cause });
    this.fault = fault;
  }
}

const LITTLE = endianness() === 'LE';
const HEAD = 4;

/**
 * The messages of a native messaging stream, parsed: a length of four bytes in the machine's own order, then JSON in UTF-8. Ends
 * with the stream. Throws FrameError; a length outside the limits is refused before anything is read for it.
 */
export async function* readFrames(stream: Readable, { min, max }: FrameLimits): AsyncGenerator<unknown, void, undefined> {
  let kept: Buffer[] = [];
  let has = 0;
  let wants = HEAD;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    kept.push(chunk);
    has += chunk.length;
    // A message of megabytes comes in hundreds of pieces: they are put together when the last has come.
    while (has >= wants) {
      const [first] = kept;
      const bytes = kept.length === 1 && first !== undefined ? first : Buffer.concat(kept);
      const length = LITTLE ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
      if (length < min || length > max) throw new FrameError('size');
      const end = HEAD + length;
      const whole = bytes.length >= end;
      const rest = whole ? bytes.subarray(end) : bytes;
      kept = [rest];
      has = rest.length;
      wants = whole ? HEAD : end;
      if (whole) yield parsed(bytes.subarray(HEAD, end));
    }
  }
  if (has > 0) throw new FrameError('cut');
}

/** Writes one message; resolves when it has been handed to the system. Rejects when the other side is gone. */
export function writeFrame(stream: Writable, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  const head = Buffer.alloc(HEAD);
  if (LITTLE) head.writeUInt32LE(body.length);
  else head.writeUInt32BE(body.length);
  return new Promise((resolve, reject) => {
    stream.write(Buffer.concat([head, body]), (error) => (error ? reject(error) : resolve()));
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (error) {
    throw new FrameError('json', error);
  }
}
