import { Socket } from 'node:net';
import { fromWire } from '../call.ts';
import { CkFailure } from '../driver.ts';
import { encodeFrame, FrameReader } from '../frames.ts';
import type { FromHost, ToHost, WireAnswer, WireCall, WireError } from '../protocol.ts';

/** Answers of a long message go back when this many milliseconds have passed since the last went. */
const FLUSH_AFTER = 3;
const READ_BYTES = 64 * 1024;

type Execute = (name: string, args: Record<string, unknown>) => unknown;

/** The host's end of one lane: runs each call of a message synchronously and sends the answers back together. */
export class LaneEnd {
  readonly #socket: Socket;
  readonly #execute: Execute;
  readonly #onOrder: (lane: number) => void;

  /** `onEnd` runs once, when the daemon has closed its end or is gone. */
  constructor(fd: number, options: { execute: Execute; onOrder?: (lane: number) => void; onEnd: () => void }) {
    this.#execute = options.execute;
    this.#onOrder = options.onOrder ?? (() => undefined);
    const reader = new FrameReader((message, secrets) => this.#receive(message as ToHost, secrets), { wipe: true });
    // One buffer for everything that is read: Node's own would be freed with a PIN in them.
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        reader.push(buffer.subarray(0, length));
        return true;
      },
    };
    this.#socket = new Socket({ fd, readable: true, writable: true, onread });
    let ended = false;
    const end = (): void => {
      if (!ended) options.onEnd();
      ended = true;
    };
    for (const event of ['error', 'end', 'close']) this.#socket.on(event, end);
    this.#socket.resume();
  }

  send(message: FromHost): void {
    this.#socket.write(encodeFrame(message));
  }

  #receive(message: ToHost, secrets: Buffer): void {
    if (message.type === 'open-lane') {
      this.#onOrder(message.lane);
      return;
    }
    fromWire(message.calls, secrets);
    let answers: WireAnswer[] = [];
    let flushed = performance.now();
    for (const call of message.calls) {
      answers.push(this.#run(call));
      const now = performance.now();
      if (now - flushed < FLUSH_AFTER) continue;
      this.send({ type: 'answers', answers });
      answers = [];
      flushed = now;
    }
    if (answers.length > 0) this.send({ type: 'answers', answers });
  }

  #run({ n, name, args, secrets }: WireCall): WireAnswer {
    try {
      return { n, value: this.#execute(name, args) };
    } catch (error) {
      return { n, error: wireError(error) };
    } finally {
      for (const key of Object.keys(secrets ?? {})) (args[key] as Buffer).fill(0);
    }
  }
}

/** A failure as it travels to the daemon. The text is ours or the loader's; no library output is in it. */
export function wireError(error: unknown): WireError {
  if (error instanceof CkFailure) return { kind: 'ck', rv: error.rv, fn: error.fn };
  if (error instanceof Error) return { kind: error.name === 'GarbageAnswer' ? 'garbage' : 'other', text: error.message };
  return { kind: 'other', text: 'unknown failure' };
}
