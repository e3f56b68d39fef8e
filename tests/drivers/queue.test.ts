import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DEADLINES, waitingCall } from '../../src/drivers/call.ts';
import { encodeFrame, FrameReader } from '../../src/drivers/frames.ts';
import type { CallName, DriverCalls } from '../../src/drivers/index.ts';
import { DriverFailure, Secret } from '../../src/drivers/index.ts';
import { Lane } from '../../src/drivers/lane.ts';
import type { ToHost, WireCall } from '../../src/drivers/protocol.ts';
import { Queue } from '../../src/drivers/queue.ts';

/** A queue with real lanes; the host's end of each is in the test's hand. */
class Bench {
  readonly queue = new Queue('test');
  readonly lanes: Lane[] = [];
  /** Names of the calls of each message, by lane. */
  readonly messages: string[][][] = [];
  readonly orders: number[] = [];
  readonly settled: number[] = [];
  readonly failures: { n: number; error: Error }[] = [];
  readonly #answer: ((calls: WireCall[]) => void)[] = [];
  readonly #waiting: WireCall[][][] = [];
  readonly #drop: (() => void)[] = [];
  #n = 0;

  constructor(lanes: number) {
    for (let index = 0; index < lanes; index += 1) this.#lane(index);
  }

  #lane(index: number): void {
    const [ours, theirs] = duplexPair();
    const waiting: WireCall[][] = [];
    this.messages.push([]);
    this.#waiting.push(waiting);
    const reader = new FrameReader((message) => {
      const order = message as ToHost;
      if (order.type === 'open-lane') {
        this.orders.push(order.lane);
        return;
      }
      this.messages[index]?.push(order.calls.map(({ name }) => name));
      waiting.push(order.calls);
    });
    theirs.on('data', (chunk) => reader.push(chunk));
    this.#answer.push((calls) =>
      theirs.write(encodeFrame({ type: 'answers', answers: calls.map(({ n }) => ({ n, value: n })) })),
    );
    const lane = new Lane(ours, 'test', {
      onReady: () => undefined,
      onFailed: () => undefined,
      onIdle: () => this.queue.distribute(this.lanes),
      onBroken: () => undefined,
      onServiceTime: (milliseconds) => this.queue.served(milliseconds),
    });
    this.#drop.push(() => lane.close('driver_crashed', 'gone'));
    this.lanes.push(lane);
    theirs.write(encodeFrame({ type: 'ready', version: '1.0' }));
  }

  call<Name extends CallName>(name: Name, args: DriverCalls[Name]['args']): number {
    this.#n += 1;
    const n = this.#n;
    const settle = {
      resolve: () => this.settled.push(n),
      reject: (error: Error) => this.failures.push({ n, error }),
    };
    this.queue.push(waitingCall(n, name, args, DEFAULT_DEADLINES, settle));
    this.queue.distribute(this.lanes);
    return n;
  }

  sign(inputs = 1): number {
    const list = Array.from({ length: inputs }, () => Buffer.alloc(32));
    return this.call('sign', { slot: '00', keyId: '01', mechanism: 1, inputs: list, expectedLength: 64 });
  }

  /** Answers the oldest message of a lane, or its first calls only. False when there is none. */
  answer(lane: number, most = Number.POSITIVE_INFINITY): boolean {
    const calls = this.#waiting[lane]?.[0];
    if (calls === undefined) return false;
    this.#answer[lane]?.(calls.splice(0, most));
    if (calls.length === 0) this.#waiting[lane]?.shift();
    return true;
  }

  lose(lane: number): void {
    this.#drop[lane]?.();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function bench(lanes: number): Promise<Bench> {
  const made = new Bench(lanes);
  await turn();
  await turn();
  return made;
}

async function answerAll(made: Bench): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet += 1) {
    await turn();
    for (let lane = 0; lane < made.lanes.length; lane += 1) if (made.answer(lane)) quiet = 0;
  }
}

const login = { slot: '00', identity: 'x', pin: null };

describe('the queue', () => {
  it('answers in the order of the calls, and sends what waits together', async () => {
    const made = await bench(1);
    made.call('slots', {});
    for (let n = 0; n < 20; n += 1) made.call('forget', { identity: 'x' });
    await turn();
    expect(made.messages[0]).toEqual([['slots']]);
    await answerAll(made);
    expect(made.messages[0]?.map(({ length }) => length)).toEqual([1, 20]);
    expect(made.settled).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  });

  it('serves 10,000 that wait in linear time, in order', async () => {
    const time = async (count: number): Promise<number> => {
      const made = await bench(1);
      made.call('slots', {});
      for (let n = 0; n < count; n += 1) made.sign();
      const began = performance.now();
      await answerAll(made);
      const took = performance.now() - began;
      expect(made.settled).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 1));
      expect(made.queue.length).toBe(0);
      return took;
    };
    await time(2_000);
    const [short, long] = [await time(2_500), await time(10_000)];
    expect(long).toBeLessThan(short * 12 + 200);
  });

  it('sends an exclusive call alone: after what came before it, before what came after it', async () => {
    const made = await bench(1);
    made.call('slots', {});
    made.sign();
    made.call('login', login);
    made.sign();
    made.sign();
    await answerAll(made);
    expect(made.messages[0]).toEqual([['slots'], ['sign'], ['login'], ['sign', 'sign']]);
  });

  it('treats a signature with a PIN of its own as exclusive', async () => {
    const made = await bench(2);
    made.sign();
    const inputs = [Buffer.alloc(32)];
    made.call('sign', {
      slot: '00',
      keyId: '01',
      mechanism: 1,
      inputs,
      expectedLength: 64,
      contextPin: Secret.fromText('123456'),
      identity: 'x',
    });
    made.sign();
    await turn();
    expect(made.messages).toEqual([[['sign']], []]);
    await answerAll(made);
    expect(made.messages.map((messages) => messages.flat())).toEqual([['sign', 'sign', 'sign'], ['release']]);
  });

  it('releases every further lane before an exclusive call', async () => {
    const made = await bench(3);
    made.call('login', login);
    await turn();
    expect(made.messages).toEqual([[], [['release']], [['release']]]);
    made.answer(1);
    await turn();
    expect(made.messages[0]).toEqual([]);
    made.answer(2);
    await turn();
    await turn();
    expect(made.messages[0]).toEqual([['login']]);
    await answerAll(made);
    expect(made.settled).toEqual([1]);
  });

  it('goes on after a lane was lost while it released, and calls the exclusive call never begun', async () => {
    const made = await bench(3);
    made.call('login', login);
    made.call('slots', {});
    await turn();
    made.lose(1);
    expect(made.failures).toHaveLength(1);
    expect(made.failures[0]?.error).toBeInstanceOf(DriverFailure);
    expect(made.failures[0]?.error).toMatchObject({ begun: false });
    await answerAll(made);
    expect(made.messages[0]).toEqual([['slots']]);
    expect(made.settled).toEqual([2]);
  });

  it('gives further lanes nothing but signatures, and each lane its share', async () => {
    const made = await bench(2);
    made.call('slots', {});
    for (let n = 0; n < 8; n += 1) made.sign();
    made.call('token', { slot: '00' });
    await answerAll(made);
    expect(made.messages[1]?.flat().every((name) => name === 'sign')).toBe(true);
    expect(made.messages[1]?.flat().length).toBeGreaterThanOrEqual(3);
    expect(made.settled).toHaveLength(10);
  });

  it('opens a further lane only for work that is worth it', async () => {
    const made = await bench(1);
    made.queue.served(1);
    const lanes = [made.lanes[0], new Bench(1).lanes[0]].flatMap((lane) => lane ?? []);
    const push = (n: number) =>
      made.queue.push(
        waitingCall(
          n,
          'sign',
          { slot: '00', keyId: '01', mechanism: 1, inputs: [Buffer.alloc(32)], expectedLength: 64 },
          DEFAULT_DEADLINES,
          {
            resolve: () => undefined,
            reject: () => undefined,
          },
        ),
      );
    push(1);
    made.queue.distribute(lanes);
    await turn();
    expect(made.orders).toEqual([]);
    for (let n = 2; n < 12; n += 1) push(n);
    made.queue.distribute(lanes);
    made.queue.distribute(lanes);
    await turn();
    expect(made.orders).toEqual([1]);
  });

  it('packs slow signatures in small messages', async () => {
    const made = await bench(1);
    for (let n = 0; n < 200; n += 1) made.queue.served(400);
    made.call('slots', {});
    for (let n = 0; n < 5; n += 1) made.sign();
    made.call('slots', {});
    made.answer(0);
    await turn();
    await turn();
    made.answer(0);
    await turn();
    await turn();
    expect(made.messages[0]?.slice(1, 2)).toEqual([['sign']]);
  });

  it('gives busy lanes their next message, no more than one, and leaves the rest to whoever is free first', async () => {
    const made = await bench(2);
    made.queue.served(0.5);
    for (let n = 0; n < 12; n += 1) made.sign();
    await turn();
    const sent = () => made.messages.map((messages) => messages.map(({ length }) => length));
    expect(sent()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(made.queue.length).toBe(8);
    made.answer(0);
    await turn();
    await turn();
    expect(sent()).toEqual([
      [1, 1, 4],
      [1, 1],
    ]);
    await answerAll(made);
    expect(made.settled).toHaveLength(12);
  });

  it('gives a lane no third message while a part of the first is to come', async () => {
    const made = await bench(2);
    made.queue.served(0.5);
    for (let n = 0; n < 24; n += 1) made.sign();
    for (let answered = 0; answered < 2; answered += 1) {
      await turn();
      await turn();
      made.answer(0);
    }
    await turn();
    await turn();
    const [, , first, second, ...more] = made.messages[0] ?? [];
    expect([first?.length, second?.length]).toEqual([expect.toSatisfy((length) => length > 1), expect.any(Number)]);
    expect(more).toEqual([]);
    made.answer(0, 1);
    await turn();
    await turn();
    expect(made.messages[0]).toHaveLength(4);
    await answerAll(made);
    expect(made.settled).toHaveLength(24);
  });

  it('sends nothing ahead of a listing’s turn, past an exclusive call, to a slow token or to its only lane', async () => {
    const ahead = async (lanes: number, fill: (made: Bench) => void): Promise<number> => {
      const made = await bench(lanes);
      fill(made);
      await turn();
      const most = Math.max(...made.messages.map(({ length }) => length));
      await answerAll(made);
      return most;
    };
    const signatures = (made: Bench) => {
      for (let n = 0; n < 8; n += 1) made.sign();
    };
    expect(await ahead(2, signatures)).toBe(2);
    expect(await ahead(1, signatures)).toBe(1);
    const slow = await ahead(2, (made) => {
      for (let n = 0; n < 200; n += 1) made.queue.served(20);
      signatures(made);
    });
    expect(slow).toBe(1);
    const listings = await ahead(2, (made) => {
      for (let n = 0; n < 8; n += 1) made.call('token', { slot: '00' });
    });
    expect(listings).toBe(1);
    const behindLogin = await ahead(2, (made) => {
      made.sign();
      made.sign();
      made.call('login', login);
      signatures(made);
    });
    expect(behindLogin).toBe(1);
  });

  it('rejects what waits when told, all of it or a part', async () => {
    const made = await bench(1);
    made.call('slots', {});
    made.sign();
    made.call('forget', { identity: 'x' });
    const error = new DriverFailure('driver_unavailable', 'test', 'stopping', false);
    made.queue.reject(error, ({ name }) => name === 'sign');
    expect(made.failures.map(({ n }) => n)).toEqual([2]);
    expect(made.queue.length).toBe(1);
    await answerAll(made);
    expect(made.settled).toEqual([1, 3]);
  });

  it('is not stopped by a call that cannot be sent', async () => {
    const made = await bench(1);
    const pin = Secret.fromText('123456');
    pin.wipe();
    made.call('login', { ...login, pin });
    made.call('slots', {});
    await answerAll(made);
    expect(made.failures.map(({ n }) => n)).toEqual([1]);
    expect(made.settled).toEqual([2]);
  });
});
