import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SignetApiError, SignetClient } from '../../src/client/index.ts';
import type { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { type Answers, type Desk, Prompt, type QuestionKind, type QuestionOf } from '../../src/prompt/index.ts';
import { ask, type Person, personAt, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { QUESTIONS, SITE } from '../prompt/questions.ts';

const CANARY = '80739152';
let daemon: TestDaemon;
let desk: Desk;
const people: Person[] = [];

beforeAll(async () => {
  daemon = await startTestDaemon();
  if (daemon.rooms === undefined) throw new Error('the daemon is elsewhere');
  desk = daemon.rooms.desk;
});
afterEach(async () => {
  const open = desk.open();
  if (open !== null) desk.cancel(open.id);
  for (const person of people.splice(0)) await person.leave();
});
afterAll(() => daemon.dispose());

const attend = async (...args: Parameters<typeof personAt> extends [unknown, ...infer Rest] ? Rest : never): Promise<Person> => {
  const person = await personAt(daemon, ...args);
  people.push(person);
  return person;
};

/** Puts a question as a site's wish does; resolves with the answer or the code of the error. */
function put<K extends QuestionKind>(
  question: QuestionOf<K>,
  options: { timeout?: number; face?: 'terminal' | 'console'; at?: Desk | undefined } = {},
) {
  const { timeout = 60_000, face = 'terminal', at = desk } = options;
  const gone = new AbortController();
  const prompt = new Prompt({ faces: [at.face(face)], language: 'en', timeout });
  const answer = prompt
    .turn<Answers[K] | string>({ asker: SITE, signal: gone.signal }, (dialog) => dialog.ask(question))
    .catch((error: unknown) => (error instanceof SignetError ? error.code : String(error)));
  return { answer, gone, stop: () => prompt.stop() };
}

/** A page that has come in through the console's door. */
async function consolePage() {
  const origin = daemon.url;
  const { code } = (await daemon.call('POST', '/v1/console/codes')).json;
  const { json } = await ask(daemon, { method: 'POST', path: '/v1/console/session', body: { code }, headers: { origin } });
  const headers = { authorization: `Bearer ${json.token}`, origin };
  const call = (method: string, path: string, body?: unknown) => ask(daemon, { method, path, body, headers });
  return { call, headers };
}

describe('the questions', () => {
  it('are seen and answered by the person alone', async () => {
    const routes = [
      ['GET', '/v1/prompts'],
      ['GET', '/v1/prompts/stream?face=terminal'],
      ['POST', '/v1/prompts/x/answer', { kind: 'confirm' }],
      ['POST', '/v1/prompts/x/cancel'],
      ['GET', '/v1/prompts/x/content'],
    ] as const;
    const every = daemon.as(await daemon.client('every', 'status', 'sign', 'pin', 'admin'));
    const few = daemon.as(await daemon.client('few', 'status', 'sign', 'pin'));
    for (const [method, path, body] of routes) {
      expect((await ask(daemon, { method, path, body })).json.code).toBe('unauthenticated');
      expect((await few(method, path, body)).json.code).toBe('scope_missing');
      const refused = await every(method, path, body);
      expect(refused).toMatchObject({ status: 403, json: { code: 'local_only' } });
      expect(refused.json.detail).toContain('Questions to the person');
      const foreign = await daemon.call(method, path, body, { origin: 'https://sede.example.es' });
      expect([403, 'origin_not_paired']).toEqual([foreign.status, foreign.json.code]);
    }
    // The same over the stream of events, which others may read without it.
    const answer = await every('GET', '/v1/events?face=console');
    expect([answer.status, answer.json.code]).toEqual([403, 'local_only']);
    const reader = daemon.as(await daemon.client('reader', 'status'));
    expect((await reader('GET', '/v1/events?face=console')).json.code).toBe('scope_missing');
    expect((await daemon.call('GET', '/v1/events?face=none')).json.code).toBe('invalid_request');
    expect([desk.attended('terminal'), desk.attended('console')]).toEqual([false, false]);
  });

  it('are told with words in the language of who reads', async () => {
    expect((await daemon.call('GET', '/v1/prompts')).json).toEqual({ prompts: [] });
    const person = await attend({}, { language: 'fr' });
    const { answer } = put(QUESTIONS.pair);
    const heard = await person.next('pair');
    expect(heard).toMatchObject({ face: 'terminal', question: QUESTIONS.pair, waiting: 0 });
    const titles = await Promise.all(
      ['en', 'fr', 'es'].map(async (language) => {
        const { prompts } = (await daemon.call('GET', '/v1/prompts', undefined, { 'accept-language': language })).json;
        expect(prompts).toMatchObject([{ id: heard.id, question: QUESTIONS.pair }]);
        return prompts[0].words.title;
      }),
    );
    expect(titles[1]).toBe(heard.words.title);
    expect(new Set(titles).size).toBe(3);
    await person.answer({ rights: ['sign'], days: 1 });
    expect(await answer).toEqual({ rights: ['sign'], days: 1 });
    expect((await daemon.call('GET', '/v1/prompts')).json).toEqual({ prompts: [] });
  });

  it('of every kind come over whole', async () => {
    const person = await attend();
    for (const question of Object.values(QUESTIONS)) {
      const { answer } = put(question as QuestionOf<QuestionKind>);
      const heard = await person.next(question.kind);
      const { content: _, ...whole } = { content: null, ...question };
      expect(heard.question).toEqual(whole);
      expect((await daemon.call('GET', '/v1/prompts')).json.prompts[0].question).toEqual(whole);
      await person.cancel();
      expect(await answer).toBe('prompt_cancelled');
      expect(await person.end(heard)).toEqual({ id: heard.id, why: 'cancelled' });
    }
  });

  it('are answered by a script for tests', async () => {
    const person = await attend({ pair: true, pin: ['1111', '2222'], certificate: 'login', confirm: 'no', final_try: true });
    expect(await put(QUESTIONS.pair).answer).toEqual({ rights: ['certificates', 'sign'], days: 90 });
    expect(await put(QUESTIONS.certificate).answer).toEqual({ credentialId: 'credential-2', remember: false });
    for (const typed of ['1111', '2222']) {
      const { pin } = (await put(QUESTIONS.pin).answer) as { pin: Secret };
      expect(pin.bytes.toString()).toBe(typed);
    }
    expect(await put(QUESTIONS.confirm).answer).toBe('prompt_cancelled');
    expect(await put(QUESTIONS.final_try).answer).toEqual({});
    const { answer } = put(QUESTIONS.blocked);
    expect((await person.next()).question.kind).toBe('blocked');
    person.does({ blocked: true });
    expect(await answer).toEqual({});
    expect(person.seen).toHaveLength(7);
  });
});

describe('an answer', () => {
  it.each([
    [{}, 'body.kind'],
    [{ kind: 'yes' }, 'body.kind'],
    [{ kind: 'final_try' }, 'body.kind'],
    [{ kind: 'pin' }, 'body.pin'],
    [{ kind: 'pin', pin: '' }, 'body.pin'],
    [{ kind: 'pin', pin: 123456 }, 'body.pin'],
    [{ kind: 'pin', pin: CANARY, days: 1 }, 'body.days'],
    [{ kind: 'pin', pin: CANARY, puk: '1' }, 'body.puk'],
    [{ kind: 'confirm', pin: CANARY }, 'body.kind'],
    [{ kind: 'pair', rights: ['root'] }, 'body.rights.0'],
    [[], 'body'],
    ['{"kind":"pin","pin":"\\u12"}', 'body'],
  ])('that does not fit is refused, and the question stays: %j', async (body, field) => {
    const person = await attend();
    const { answer } = put(QUESTIONS.pin);
    const { id } = await person.next('pin');
    const refused = await daemon.call('POST', `/v1/prompts/${id}/answer`, body);
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field }] } });
    expect(refused.text).not.toContain(CANARY);
    expect(desk.open()?.id).toBe(id);
    await person.cancel();
    expect(await answer).toBe('prompt_cancelled');
  });

  it('comes once: a second one, one to a question that never was, and one that is late find nothing', async () => {
    const person = await attend();
    const { answer } = put(QUESTIONS.confirm);
    const { id } = await person.next('confirm');
    const bodies: Record<string, object> = { answer: { kind: 'confirm' }, cancel: {} };
    const say = (to: string, what = 'answer') => daemon.call('POST', `/v1/prompts/${to}/${what}`, bodies[what]);
    expect(await say(id)).toMatchObject({ status: 204, text: '' });
    expect(await answer).toEqual({});
    for (const to of [id, 'never', '%00', 'x'.repeat(100)])
      for (const what of ['answer', 'cancel'])
        expect(await say(to, what)).toMatchObject({ status: 404, json: { code: 'prompt_not_found' } });

    const late = put(QUESTIONS.confirm, { timeout: 1 });
    expect(await late.answer).toBe('prompt_timeout');
    const heard = await until('the question was heard', () => person.seen[1]);
    expect(await person.end(heard)).toMatchObject({ why: 'timeout' });
    expect(await say(heard.id)).toMatchObject({ status: 404, json: { code: 'prompt_not_found' } });
  });

  it('is not waited for when the asker is gone', async () => {
    const person = await attend();
    const { answer, gone } = put(QUESTIONS.pin);
    const heard = await person.next();
    gone.abort();
    expect(await answer).toBe('prompt_cancelled');
    expect(await person.end(heard)).toMatchObject({ why: 'gone' });
    await expect(person.answer({ pin: CANARY })).rejects.toThrow(SignetApiError);
  });

  it('with a PIN hands it over as bytes that the end of the request does not wipe, and leaves it nowhere', async () => {
    const written: string[] = [];
    const write = fs.writeSync;
    const spy = vi.spyOn(fs, 'writeSync').mockImplementation((file, ...rest: unknown[]) => {
      if (file !== process.stderr.fd) return (write as (...all: unknown[]) => number)(file, ...rest);
      written.push(String(rest[0]));
      return Buffer.byteLength(String(rest[0]));
    });
    const loud = await startTestDaemon({ settings: { logLevel: 'trace' } });
    const person = await personAt(loud);
    const { answer } = put(QUESTIONS.pin, { at: loud.rooms?.desk });
    const { id } = await person.next('pin');
    const say = (to: string, body: object) => loud.call('POST', `/v1/prompts/${to}/answer`, body);
    const answers = [await say(id, { kind: 'pin', pin: CANARY })];
    const { pin } = (await answer) as { pin: Secret };
    expect(pin.bytes.toString()).toBe(CANARY);
    answers.push(await say(id, { kind: 'pin', pin: CANARY }), await say('never', { kind: 'confirm', pin: CANARY }));
    answers.push(await loud.call('GET', '/v1/audit'), await loud.call('GET', '/v1/prompts'));
    await person.leave();
    await loud.dispose();
    spy.mockRestore();
    expect(written.join('')).toContain('/v1/prompts/:promptId/answer');
    const told = [JSON.stringify(person.seen), JSON.stringify(person.closed), ...answers.map(({ text }) => text)];
    for (const text of [...written, ...told]) expect(text).not.toContain(CANARY);
  });
});

describe('files', () => {
  const file = (name: string, bytes: number | string = 'x') => ({
    name,
    data: (typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.alloc(bytes)).toString('base64'),
  });

  it('that the person picks come over whole, under bare names', async () => {
    const person = await attend();
    const { answer } = put(QUESTIONS.load);
    const { question } = await person.next('load');
    expect(question.limits).toEqual({ files: 16, bytes: 33_554_432 });
    const bytes = Buffer.from([0, 255, 0x70, 0x69, 0x6e, 13, 10]);
    const data = new Uint8Array(bytes);
    await person.answer({
      files: [
        { name: '/home/me/Mi solicitud.pdf', data },
        { name: '\u202ec:\\\\secret\\\\..|a:b\n.txt', data: new Uint8Array() },
      ],
    });
    expect(await answer).toEqual({
      files: [
        { name: 'Mi solicitud.pdf', data: bytes },
        { name: '_a_b .txt', data: Buffer.alloc(0) },
      ],
    });
  });

  it('of more than 16 MiB together are taken, and of 32', async () => {
    const person = await attend();
    const { answer } = put(QUESTIONS.load);
    const { id } = await person.next('load');
    const files = [file('a', 16 * 1024 * 1024), file('b', 16 * 1024 * 1024)];
    const more = await daemon.call('POST', `/v1/prompts/${id}/answer`, { kind: 'load', files: [...files, file('c', 1)] });
    expect(more).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field: 'body.files' }] } });
    const huge = await daemon.call('POST', `/v1/prompts/${id}/answer`, { kind: 'load', files: [file('a', 34 * 1024 * 1024)] });
    expect(huge.status).toBe(413);
    expect((await daemon.call('POST', `/v1/prompts/${id}/answer`, { kind: 'load', files })).status).toBe(204);
    const { files: got } = (await answer) as Answers['load'];
    expect(got.map(({ data }) => data.length)).toEqual([16_777_216, 16_777_216]);
  });

  it.each([
    [{ kind: 'load' }, 'body.files'],
    [{ kind: 'load', files: [] }, 'body.files'],
    [{ kind: 'load', files: [file('a'), file('b')] }, 'body.files'],
    [{ kind: 'load', files: Array.from({ length: 17 }, () => file('a')) }, 'body.files'],
    [{ kind: 'load', files: [{ name: 'a', data: '%%%' }] }, 'body.files.0.data'],
    [{ kind: 'load', files: [{ name: 'a', data: 'eA' }], pin: CANARY }, 'body.pin'],
    [{ kind: 'load', files: [{ name: 'a' }] }, 'body.files.0.data'],
    [{ kind: 'load', files: [{ ...file('a'), path: '/etc/passwd' }] }, 'body.files.0.path'],
    [{ kind: 'load', files: [{ ...file('a'), name: 'x'.repeat(1_025) }] }, 'body.files.0.name'],
    [{ kind: 'load', files: file('a') }, 'body.files'],
    [{ kind: 'save' }, 'body.kind'],
    [{ kind: 'confirm', files: [file('a')] }, 'body.kind'],
  ])('that do not fit are refused, and the question stays: %j', async (body, field) => {
    const person = await attend();
    const { answer } = put({ ...QUESTIONS.load, multiple: false, limits: { files: 1, bytes: 100 } });
    const { id } = await person.next('load');
    const refused = await daemon.call('POST', `/v1/prompts/${id}/answer`, body);
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field }] } });
    expect(desk.open()?.id).toBe(id);
    await person.cancel();
    expect(await answer).toBe('prompt_cancelled');
  });

  it('to save are fetched apart from the question, as an attachment, while it is open', async () => {
    const person = await attend();
    const { answer } = put({ ...QUESTIONS.save, name: 'recibo ñ.html' });
    const heard = await person.next('save');
    expect(JSON.stringify(heard)).not.toMatch(/content|"data"/);
    const fetched = await daemon.call('GET', `/v1/prompts/${heard.id}/content`);
    expect(fetched.status).toBe(200);
    expect(fetched.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="recibo _.html"; filename*=UTF-8''recibo%20%C3%B1.html`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const client = new SignetClient({ url: daemon.url, token: daemon.token });
    expect(await client.promptContent(heard.id)).toEqual(QUESTIONS.save.content);
    client.close();
    expect((await daemon.call('POST', `/v1/prompts/${heard.id}/answer`, { kind: 'load', files: [file('a')] })).status).toBe(400);
    await person.answer();
    expect(await answer).toEqual({});
    expect((await daemon.call('GET', `/v1/prompts/${heard.id}/content`)).json.code).toBe('prompt_not_found');
    const other = put(QUESTIONS.confirm);
    const { id } = await person.next('confirm');
    expect((await daemon.call('GET', `/v1/prompts/${id}/content`)).json.code).toBe('prompt_not_found');
    await person.cancel();
    expect(await other.answer).toBe('prompt_cancelled');
  });
});

describe('those who attend', () => {
  it('two at once hear the same; the first answer wins and the other sees it closed', async () => {
    const [one, two] = [await attend({}, { face: 'console' }), await attend({}, { face: 'console' })];
    const other = await attend();
    const { answer } = put(QUESTIONS.confirm, { face: 'console' });
    const heard = await two.next('confirm');
    expect((await one.next('confirm')).id).toBe(heard.id);
    await one.answer();
    expect(await answer).toEqual({});
    expect(await two.end(heard)).toEqual({ id: heard.id, why: 'answered' });
    await expect(two.answer()).rejects.toMatchObject({ problem: { code: 'prompt_not_found' } });
    expect(other.seen).toEqual([]);
  });

  it('who come late find the question; when the last leaves, nobody is asked any more', async () => {
    const person = await attend();
    const { answer } = put(QUESTIONS.confirm);
    const { id } = await person.next();
    const late = await attend();
    expect((await late.next()).id).toBe(id);
    await person.leave();
    await until('one is left', () => desk.attended('terminal') || undefined);
    await late.answer();
    expect(await answer).toEqual({});
    await late.leave();
    await until('nobody attends', () => !desk.attended('terminal') || undefined);
    expect(await put(QUESTIONS.confirm).answer).toBe('prompt_unavailable');
  });

  it('from the console are let go when its session ends, also while a question is open', async () => {
    const page = await consolePage();
    const client = new SignetClient({ url: daemon.url, token: page.headers.authorization.slice('Bearer '.length) });
    // The gate takes a console's token from its own page only.
    await expect(client.prompts()).rejects.toMatchObject({ problem: { code: 'origin_not_paired' } });
    client.close();
    const stream = await fetch(`${daemon.url}/v1/prompts/stream?face=console`, {
      headers: { ...page.headers, 'accept-language': 'es' },
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const ended = (async () => {
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) text += part.value;
    })();
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/event-stream',
    });
    const { answer, gone } = put(QUESTIONS.confirm, { face: 'console' });
    await until('the page hears the question', () => text.includes('event: prompt.opened') || undefined);
    expect((await page.call('GET', '/v1/prompts')).json.prompts).toMatchObject([{ face: 'console' }]);
    expect((await page.call('DELETE', '/v1/console/session')).status).toBe(204);
    await ended;
    expect(desk.attended('console')).toBe(false);
    expect((await page.call('GET', '/v1/prompts')).status).toBe(401);
    gone.abort();
    expect(await answer).toBe('prompt_cancelled');
  });

  it.each(['', '?face=pinentry', '?face=console&face=terminal', '?face=console&x=1'])(
    'name a face that there is: %j',
    async (query) => {
      expect(await daemon.call('GET', `/v1/prompts/stream${query}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      });
    },
  );

  it('are let go when the daemon stops, and what was asked is called off', async () => {
    const other = await startTestDaemon();
    const person = await personAt(other);
    const { answer, stop } = put(QUESTIONS.confirm, { at: other.rooms?.desk });
    const heard = await person.next();
    stop();
    expect(await answer).toBe('shutting_down');
    expect(await person.end(heard)).toMatchObject({ why: 'stopped' });
    await other.dispose();
    await person.leave();
  });
});
