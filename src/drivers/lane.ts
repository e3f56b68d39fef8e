import type { Duplex } from 'node:stream';
import { toWire, type Waiting } from './call.ts';
import { CkFailure, DriverFailure, type DriverFailureCode } from './driver.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type { FromHost, ToHost, WireAnswer, WireCall } from './protocol.ts';
import type { Secret } from './secret.ts';

/** What a lane tells its client; nothing more after `close`. `onBroken` means that the host can no longer be trusted. */
export interface LaneEvents {
  onReady(version: string): void;
  onFailed(text: string): void;
  onIdle(): void;
  onBroken(code: 'driver_timeout' | 'driver_crashed', detail: string): void;
  /** Milliseconds that one signature took, measured over a whole message. */
  onServiceTime(milliseconds: number): void;
}

/** The daemon's end of one lane: sends calls in one message and holds them to their deadlines. */
export class Lane {
  readonly #stream: Duplex;
  readonly #driverId: string;
  readonly #events: LaneEvents;
  #inFlight: Waiting[] = [];
  /** How many calls of each message are not answered yet, oldest message first. */
  #open: number[] = [];
  #headSince = 0;
  #timer: NodeJS.Timeout | null = null;
  #due = 0;
  #ready = false;
  #closed = false;

  constructor(stream: Duplex, driverId: string, events: LaneEvents) {
    this.#stream = stream;
    this.#driverId = driverId;
    this.#events = events;
    const reader = new FrameReader((message) => this.#receive(message as FromHost));
    stream.on('data', (chunk: Buffer) => {
      if (this.#closed) return;
      try {
        reader.push(chunk);
      } catch {
        this.#broken('driver_crashed', 'the host sent bytes that are no message');
      }
    });
    // A dying host resets the stream; its exit event tells the story.
    stream.on('error', () => undefined);
  }

  /** True while it can take calls: the library is loaded on it, and the host is there. */
  get ready(): boolean {
    return this.#ready && !this.#closed;
  }

  get busy(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Messages that are not wholly answered. */
  get messages(): number {
    return this.#open.length;
  }

  get load(): number {
    return this.#inFlight.length;
  }

  /**
   * Sends calls together. Their secrets are wiped here, and the frame that carries them once the kernel has it. A call that
   * cannot be sent is rejected as never begun.
   */
  send(calls: Waiting[]): void {
    let frame: Buffer;
    let secrets: Secret[];
    try {
      [frame, secrets] = this.#encode(calls);
    } catch (error) {
      for (const { reject } of calls) reject(error as Error);
      queueMicrotask(() => this.#idle());
      return;
    }
    if (this.#closed || !this.#stream.writable) {
      frame.fill(0);
      const gone = new DriverFailure('driver_crashed', this.#driverId, 'the host is gone', false);
      for (const { reject } of calls) reject(gone);
      return;
    }
    if (!this.busy) this.#headSince = performance.now();
    this.#inFlight.push(...calls);
    this.#open.push(calls.length);
    if (secrets.length === 0) this.#stream.write(frame);
    else {
      for (const secret of secrets) secret.wipe();
      this.#stream.write(frame, () => frame.fill(0));
    }
    this.#arm();
  }

  /** Asks the host's main thread for another lane. */
  openLane(lane: number): void {
    this.#stream.write(encodeFrame({ type: 'open-lane', lane } satisfies ToHost));
  }

  /** Rejects everything in flight, and hears nothing more of this host. */
  close(code: DriverFailureCode, detail: string): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lost = this.#inFlight;
    this.#inFlight = [];
    // Answers come in bundles, so that any of them may have been at the library already.
    for (const waiting of lost) waiting.reject(new DriverFailure(code, this.#driverId, detail, true));
  }

  #encode(calls: readonly Waiting[]): [Buffer, Secret[]] {
    const wire: WireCall[] = [];
    const secrets: Secret[] = [];
    for (const waiting of calls) {
      const travelling = toWire(waiting);
      wire.push(travelling.call);
      secrets.push(...travelling.secrets);
    }
    const message: ToHost = { type: 'calls', calls: wire };
    return [
      encodeFrame(
        message,
        secrets.map(({ bytes }) => bytes),
      ),
      secrets,
    ];
  }

  #receive(message: FromHost): void {
    if (this.#closed) return;
    if (message.type === 'ready') {
      this.#ready = true;
      this.#events.onReady(message.version);
    } else if (message.type === 'failed') {
      const { error } = message;
      this.#events.onFailed(error.kind === 'ck' ? new CkFailure(error.rv, error.fn).message : error.text);
    } else {
      this.#answered(message.answers);
    }
  }

  #answered(answers: WireAnswer[]): void {
    const now = performance.now();
    this.#measure(now, answers.length);
    this.#headSince = now;
    for (const [index, answer] of answers.entries()) {
      const waiting = this.#inFlight[index];
      if (waiting === undefined || waiting.n !== answer.n) {
        this.#inFlight.splice(0, index);
        this.#broken('driver_crashed', 'the host answered out of order');
        return;
      }
      if ('value' in answer) waiting.resolve(answer.value);
      else if (answer.error.kind === 'ck') waiting.reject(new CkFailure(answer.error.rv, answer.error.fn));
      else {
        waiting.reject(new DriverFailure('driver_crashed', this.#driverId, answer.error.text, true));
        if (answer.error.kind !== 'garbage') continue;
        this.#inFlight.splice(0, index + 1);
        this.#broken('driver_crashed', answer.error.text);
        return;
      }
    }
    this.#inFlight.splice(0, answers.length);
    this.#strike(answers.length);
    this.#arm();
    this.#idle();
  }

  /** The host answers in order, and in one message only what came in one. */
  #strike(answered: number): void {
    this.#open[0] = (this.#open[0] ?? 0) - answered;
    if (this.#open[0] <= 0) this.#open.shift();
  }

  #idle(): void {
    if (!this.#closed) this.#events.onIdle();
  }

  #broken(code: 'driver_timeout' | 'driver_crashed', detail: string): void {
    if (!this.#closed) this.#events.onBroken(code, detail);
  }

  #measure(now: number, answered: number): void {
    let signatures = 0;
    for (let index = 0; index < answered; index += 1) {
      const waiting = this.#inFlight[index];
      if (waiting === undefined || waiting.signatures === 0) return;
      signatures += waiting.signatures;
    }
    if (signatures > 0) this.#events.onServiceTime((now - this.#headSince) / signatures);
  }

  /** One timer per lane, looked at when it fires: a timer per call would cost more than a P-256 signature leaves. */
  #arm(): void {
    const head = this.#inFlight[0];
    if (head === undefined) return;
    const due = this.#headSince + head.deadline;
    if (this.#timer !== null) {
      if (this.#due <= due) return;
      clearTimeout(this.#timer);
    }
    this.#due = due;
    this.#timer = setTimeout(() => this.#checkDeadline(), Math.max(1, due - performance.now()));
    // The host's own handles keep the daemon alive while there is something to wait for.
    this.#timer.unref();
  }

  #overdue(): boolean {
    const head = this.#inFlight[0];
    return head !== undefined && performance.now() - this.#headSince >= head.deadline;
  }

  #checkDeadline(): void {
    this.#timer = null;
    if (!this.#overdue()) {
      this.#arm();
      return;
    }
    // After a stall of the daemon itself the timer runs before the answer that lies in the socket: that one comes first.
    setImmediate(() => {
      const head = this.#inFlight[0];
      if (head === undefined || !this.#overdue()) this.#arm();
      else this.#broken('driver_timeout', `${head.name} took longer than ${head.deadline} ms`);
    });
  }
}
