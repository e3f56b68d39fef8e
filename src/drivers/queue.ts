import { neverBegun, type Waiting } from './call.ts';
import type { DriverFailure } from './driver.ts';
import type { Lane } from './lane.ts';

/** Most calls in one message, and most work in milliseconds of estimated signing, so that no lane is promised away for long. */
const MESSAGE_LIMIT = 32;
const MESSAGE_WORK = 8;
/** Inputs in one message, in bytes, far below the longest frame. */
const MESSAGE_BYTES = 1024 * 1024;
/** How far from the front the queue is looked at: the work per message must not grow with what waits behind. */
const REACH = 4 * MESSAGE_LIMIT;
/** Work worth a second lane, in milliseconds of estimated signing: below it the thread switch costs more than it saves. */
const WORTH_A_LANE = 4;
/** Slowest signature, in milliseconds, for which a busy lane gets its next message early: slower, and the pause between two is nothing. */
const WORTH_AHEAD = 4;

/**
 * What waits for one driver. In order, except that signatures may overtake listings on a further lane. An exclusive call
 * (a PIN, the begin or end of a login) runs alone: it waits until every lane is idle, and nothing is sent until it has been
 * answered.
 */
export class Queue {
  /** Calls from `#front` on; what is before it has gone. */
  #waiting: Waiting[] = [];
  #front = 0;
  #alone = false;
  #opened = 1;
  #signTime = 1;
  readonly #driverId: string;

  constructor(driverId: string) {
    this.#driverId = driverId;
  }

  get length(): number {
    return this.#waiting.length - this.#front;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Forgets the lanes of the last host. */
  reset(): void {
    this.#alone = false;
    this.#opened = 1;
  }

  /** A signature took this long (ms): the moving mean decides whether a further lane is worth it. */
  served(milliseconds: number): void {
    this.#signTime += (Math.min(milliseconds, 1_000) - this.#signTime) / 16;
  }

  /** Rejects what waits, or the part of it that `which` picks. */
  reject(error: DriverFailure, which: (waiting: Waiting) => boolean = () => true): void {
    const all = this.#waiting.slice(this.#front);
    this.#waiting = all.filter((waiting) => !which(waiting));
    this.#front = 0;
    for (const waiting of all) if (which(waiting)) waiting.reject(error);
  }

  /** Hands what may go now to lanes that may take it. Lane 0 takes everything, further lanes only signatures. */
  distribute(lanes: readonly Lane[]): void {
    const [main] = lanes;
    const head = this.#waiting[this.#front];
    if (main === undefined || head === undefined || this.#alone) return;
    if (head.exclusive) {
      if (main.ready && !lanes.some((lane) => lane.busy)) this.#runAlone(head, lanes);
      return;
    }
    const idle = lanes.filter((lane) => lane.ready && !lane.busy);
    this.#openFurther(lanes, this.#reach());
    // A lane that is busy now will want its share soon: an idle one that took everything would leave it without work.
    const sharers = lanes.filter((lane) => lane.ready).length;
    for (const lane of idle) {
      const reach = this.#reach();
      const share = Math.ceil(this.#ready(lane === main, reach) / sharers);
      const calls = this.#take(lane === main, Math.min(Math.max(1, share), MESSAGE_LIMIT), reach);
      if (calls.length > 0) lane.send(calls);
    }
    this.#sendAhead(lanes, sharers);
  }

  /**
   * Gives lanes that work on their only message the next one, so that they need not wait for it: their share of what waits, when
   * there is something for each. Signatures only, of a fast token with several lanes (a card gets one call at a time), because
   * what has been sent cannot go to another lane any more.
   */
  #sendAhead(lanes: readonly Lane[], sharers: number): void {
    if (lanes.length < 2 || this.#signTime > WORTH_AHEAD) return;
    for (const lane of lanes) {
      if (!lane.ready || lane.messages !== 1) continue;
      const reach = this.#reach();
      const ready = this.#ready(false, reach);
      if (ready < sharers) return;
      lane.send(this.#take(false, Math.min(Math.ceil(ready / sharers), MESSAGE_LIMIT), reach));
    }
  }

  #runAlone(call: Waiting, lanes: readonly Lane[]): void {
    this.#drop(new Set([call]), this.#front + 1);
    this.#alone = true;
    const settled =
      <T>(then: (value: T) => void) =>
      (value: T): void => {
        this.#alone = false;
        then(value);
      };
    const wrapped: Waiting = { ...call, resolve: settled(call.resolve), reject: settled(call.reject) };
    const others = lanes.slice(1).filter((lane) => lane.ready);
    let left = others.length;
    const go = (): void => {
      if (left === 0) lanes[0]?.send([wrapped]);
    };
    const { slot } = call.args as { slot: string };
    for (const lane of others) {
      const released = (): void => {
        left -= 1;
        go();
      };
      const failed = (): void => {
        left = Number.NaN;
        wrapped.reject(neverBegun('driver_crashed', this.#driverId, 'a lane was lost before the call'));
      };
      const common = { n: call.n, deadline: call.deadline, exclusive: true, signatures: 0, bytes: 0 };
      lane.send([{ ...common, name: 'release', args: { slot }, resolve: released, reject: failed }]);
    }
    go();
  }

  /** Where the look at the queue ends: at the first exclusive call, and not far from the front in any case. */
  #reach(): number {
    const end = Math.min(this.#waiting.length, this.#front + REACH);
    let at = this.#front;
    while (at < end && this.#waiting[at]?.exclusive === false) at += 1;
    return at;
  }

  /** How many calls this kind of lane may take. */
  #ready(main: boolean, reach: number): number {
    if (main) return reach - this.#front;
    let count = 0;
    for (let at = this.#front; at < reach; at += 1) if ((this.#waiting[at]?.signatures ?? 0) > 0) count += 1;
    return count;
  }

  #take(main: boolean, most: number, reach: number): Waiting[] {
    const taken: Waiting[] = [];
    let bytes = 0;
    let work = 0;
    for (let at = this.#front; at < reach && taken.length < most; at += 1) {
      const waiting = this.#waiting[at];
      if (waiting === undefined || !(main || waiting.signatures > 0)) continue;
      bytes += waiting.bytes;
      work += waiting.signatures * this.#signTime;
      if (taken.length > 0 && (bytes > MESSAGE_BYTES || work > MESSAGE_WORK)) break;
      taken.push(waiting);
    }
    this.#drop(new Set(taken), reach);
    return taken;
  }

  /** Takes calls that lie before `reach` out of the queue: the others move up to it, and the front with them. */
  #drop(gone: ReadonlySet<Waiting>, reach: number): void {
    let to = reach;
    for (let at = reach - 1; at >= this.#front; at -= 1) {
      const waiting = this.#waiting[at];
      if (waiting === undefined || gone.has(waiting)) continue;
      to -= 1;
      this.#waiting[to] = waiting;
    }
    this.#front = to;
    if (this.#front < 1_024 && this.#front < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#front);
    this.#front = 0;
  }

  #openFurther(lanes: readonly Lane[], reach: number): void {
    if (this.#opened >= lanes.length || lanes[0]?.ready !== true) return;
    let signatures = 0;
    for (let at = this.#front; at < reach; at += 1) signatures += this.#waiting[at]?.signatures ?? 0;
    if (signatures * this.#signTime < WORTH_A_LANE) return;
    lanes[0].openLane(this.#opened);
    this.#opened += 1;
  }
}
