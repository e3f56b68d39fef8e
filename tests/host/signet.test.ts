import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type DaemonAnswer, type HostEvent, type RequestOptions, Unreachable } from '../../src/host/daemon.ts';
import { readFrames, writeFrame } from '../../src/host/frames.ts';
import { run } from '../../src/host/signet.ts';

type Message = Record<string, unknown>;
type Request = (path: string, body: unknown, options: RequestOptions) => Promise<DaemonAnswer> | DaemonAnswer;

const MEGABYTE = 1024 * 1024;
const SITE = 'https://sede.example';

/** A conversation with the host over a daemon that answers as told; `events` are what it tells. */
class Talk {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly events = new PassThrough({ objectMode: true });
  readonly asked: { path: string; body: unknown; headers: Readonly<Record<string, string>> }[] = [];
  readonly #frames: AsyncGenerator<unknown>;
  readonly #done: Promise<void>;

  constructor(request: Request) {
    const daemon = {
      request: async (_method: string, path: string, body?: unknown, options: RequestOptions = {}) => {
        this.asked.push({ path, body, headers: options.headers ?? {} });
        return request(path, body, options);
      },
      events: (): AsyncGenerator<HostEvent, void, undefined> => this.#events(),
    };
    this.#done = run(this.input, this.output, daemon, [], daemon);
    this.#frames = readFrames(this.output, { min: 2, max: MEGABYTE });
  }

  send(message: unknown): Promise<void> {
    return writeFrame(this.input, message);
  }

  async next(): Promise<Message> {
    return (await this.#frames.next()).value as Message;
  }

  async end(): Promise<void> {
    this.input.end();
    await this.#done;
  }

  async *#events(): AsyncGenerator<HostEvent, void, undefined> {
    for await (const event of this.events as AsyncIterable<HostEvent>) yield event;
    throw new Unreachable('lost');
  }
}

describe('the host of our extension', () => {
  let talk: Talk;
  afterEach(() => talk.end());

  it('asks in the name of the origin, and hands the answer back', async () => {
    talk = new Talk(() => ({ status: 200, json: { paired: true } }));
    await talk.send({ id: '1', origin: SITE, method: 'pair', params: { rights: ['sign'] }, language: 'fr-CA' });
    expect(await talk.next()).toEqual({ id: '1', result: { paired: true } });
    const headers = { 'signet-origin': SITE, 'signet-via': 'extension', 'accept-language': 'fr-CA' };
    expect(talk.asked).toEqual([{ path: '/v1/site/pairing', body: { rights: ['sign'] }, headers }]);
  });

  it('hands a problem back as it is', async () => {
    const problem = { code: 'pin_locked', title: 'Blocked', pin: { state: 'locked' }, nextStep: { text: 'Unblock it.' } };
    talk = new Talk(() => ({ status: 423, json: problem }));
    await talk.send({ id: '1', origin: SITE, method: 'sign', params: {} });
    expect(await talk.next()).toEqual({ id: '1', error: problem });
  });

  it('says that there is no daemon, in the language of the browser', async () => {
    talk = new Talk(() => Promise.reject(new Unreachable('absent')));
    await talk.send({ id: '1', origin: SITE, method: 'status', params: {}, language: 'es' });
    const { error } = (await talk.next()) as { error: Message };
    expect(error).toMatchObject({ code: 'daemon_unavailable', nextStep: { text: expect.stringContaining('Inicie Signet') } });
  });

  it('sends in pieces what no browser would take whole', async () => {
    const signatures = Array.from({ length: 10_000 }, () => 'é"😀'.repeat(45));
    talk = new Talk(() => ({ status: 200, json: { signatures } }));
    await talk.send({ id: '1', origin: SITE, method: 'signBatch', params: {} });
    let text = '';
    for (let last = false; !last; ) {
      const message = await talk.next();
      expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(MEGABYTE);
      text += String(message.part);
      last = message.last === true;
    }
    expect(JSON.parse(text)).toEqual({ result: { signatures } });
  });

  it('calls off what is cancelled, or still asked when the browser goes', async () => {
    const signals: AbortSignal[] = [];
    talk = new Talk((_path, _body, { signal }) => {
      if (signal !== undefined) signals.push(signal);
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    });
    await talk.send({ id: '1', origin: SITE, method: 'sign', params: {} });
    await talk.send({ id: '2', origin: SITE, method: 'sign', params: {} });
    await talk.send({ cancel: '1' });
    await talk.send({ id: '3', origin: null, method: 'unknown', params: {} });
    expect(await talk.next()).toMatchObject({ id: '3', error: { code: 'invalid_request' } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await talk.end();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('keeps what is the extension’s own from pages, and the daemon’s other routes from both', async () => {
    talk = new Talk(() => ({ status: 200, json: {} }));
    for (const [origin, method] of [
      [SITE, 'overview'],
      [SITE, 'console'],
      [SITE, 'constructor'],
      [SITE, '/v1/tokens'],
      [null, 'status'],
    ]) {
      await talk.send({ id: 'x', origin, method, params: {} });
      expect([method, await talk.next()]).toMatchObject([method, { id: 'x', error: { code: 'invalid_request' } }]);
    }
    for (const bad of [null, 77, 'text', {}, { id: 1 }, { id: 'a', method: 'status' }, { id: 'a', origin: 5, method: 'status' }])
      await talk.send(bad);
    await talk.send({ id: 'last', origin: SITE, method: 'status', params: [] });
    expect(await talk.next()).toMatchObject({ id: 'last' });
    expect(talk.asked.map(({ path, body }) => [path, body])).toEqual([['/v1/site/status', {}]]);
  });

  it('tells a paired site of tokens and of the end of its pairing, and others nothing', async () => {
    let paired = true;
    const other = 'https://other.example';
    talk = new Talk((_path, _body, { headers }) => ({
      status: 200,
      json: { paired: headers?.['signet-origin'] === SITE && paired },
    }));
    await talk.send({ id: 'site', origin: SITE, method: 'listen', params: {} });
    expect(await talk.next()).toEqual({ id: 'site', event: 'listening', data: {} });
    await talk.send({ id: 'other', origin: other, method: 'listen', params: {} });
    expect(await talk.next()).toEqual({ id: 'other', event: 'listening', data: {} });
    talk.events.write({ id: '1', event: 'token.inserted', data: { tokenId: 'secret', label: 'Ana' } });
    expect(await talk.next()).toEqual({ id: 'site', event: 'token', data: { change: 'inserted' } });
    paired = false;
    talk.events.write({ id: '2', event: 'origin.changed', data: {} });
    expect(await talk.next()).toEqual({ id: 'site', event: 'pairing', data: { state: 'ended' } });
    talk.events.write({ id: '3', event: 'token.removed', data: {} });
    talk.events.end();
    const ends = [await talk.next(), await talk.next()];
    expect(ends).toMatchObject([
      { id: 'site', error: { code: 'daemon_unavailable' } },
      { id: 'other', error: { code: 'daemon_unavailable' } },
    ]);
  });

  it('ends on what is no message', async () => {
    talk = new Talk(() => ({ status: 200, json: {} }));
    talk.input.write(Buffer.from([0xff, 0xff, 0xff, 0x7f, 1]));
    talk.output.resume();
    await talk.end();
    talk.output.end();
    await once(talk.output, 'close');
    expect(talk.asked).toEqual([]);
  });
});
