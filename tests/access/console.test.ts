import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, Listener, startTestDaemon, type TestDaemon } from '../fixture/index.ts';

let daemon: TestDaemon;
let token: string;

beforeAll(async () => {
  daemon = await startTestDaemon();
  token = await enter();
});
afterAll(() => daemon.dispose());

const newCode = async (): Promise<string> => (await daemon.call('POST', '/v1/console/codes')).json.code;
const exchange = (code: string, headers: Record<string, string>) =>
  ask(daemon, { method: 'POST', path: '/v1/console/session', body: { code }, headers });
const enter = async (): Promise<string> => (await exchange(await newCode(), { origin: daemon.url })).json.token;
const as = (headers: Record<string, string>, path = '/v1/tokens', method = 'GET') =>
  ask(daemon, { method, path, headers: { authorization: `Bearer ${token}`, ...headers } });
const outcome = ({ status, json }: { status: number; json: { code?: string } }) => [status, json?.code];

describe('the exchange', () => {
  it('wants the page’s own origin, and does not spend the code on another', async () => {
    const code = await newCode();
    for (const origin of [
      'null',
      'http://evil.example',
      'https://127.0.0.1',
      'http://127.0.0.1:1',
      `http://localhost:${daemon.port}`,
      `http://127.0.0.1:${daemon.port}/`,
      `${daemon.url}.evil.example`,
    ]) {
      expect(outcome(await exchange(code, { origin })), origin).toEqual([403, 'origin_not_paired']);
    }
    expect(outcome(await exchange(code, {}))).toEqual([403, 'origin_not_paired']);
    expect(outcome(await exchange(code, { 'sec-fetch-site': 'same-origin' }))).toEqual([403, 'origin_not_paired']);
    expect((await exchange(code, { origin: daemon.url })).status).toBe(201);
  });

  it('works under the other name of this computer too', async () => {
    const name = `localhost:${daemon.port}`;
    expect((await exchange(await newCode(), { host: name, origin: `http://${name}` })).status).toBe(201);
  });

  it('takes a code once', async () => {
    const code = await newCode();
    expect((await exchange(code, { origin: daemon.url })).status).toBe(201);
    expect(outcome(await exchange(code, { origin: daemon.url }))).toEqual([403, 'console_code_refused']);
  });

  it('opens once for two that come at the same time', async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(code, { origin: daemon.url })));
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
  });

  it('lets the person in while a stranger offers wrong codes', async () => {
    const code = await newCode();
    const wrong = await Promise.all(Array.from({ length: 30 }, () => exchange('wrong', { origin: daemon.url })));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([403, 429]));
    expect((await exchange(code, { origin: daemon.url })).status).toBe(201);
  });

  it('is for a person’s own program to prepare: no code for a named client or for a console', async () => {
    const admin = await daemon.client('admin', 'status', 'sign', 'pin', 'admin');
    expect(outcome(await daemon.as(admin)('POST', '/v1/console/codes'))).toEqual([403, 'local_only']);
    expect(outcome(await as({ origin: daemon.url }, '/v1/console/codes', 'POST'))).toEqual([403, 'local_only']);
  });

  it.each([{}, { code: 1 }, { code: '' }, { code: 'x'.repeat(101) }, { code: 'x', more: 1 }])('refuses %j', async (body) => {
    const headers = { origin: daemon.url };
    expect((await ask(daemon, { method: 'POST', path: '/v1/console/session', body, headers })).status).toBe(400);
  });
});

describe('a console’s token', () => {
  it('opens every scope from the page itself', async () => {
    for (const path of ['/v1/tokens', '/v1/audit', '/v1/clients']) {
      expect((await as({ origin: daemon.url }, path)).status).toBe(200);
      expect((await as({ 'sec-fetch-site': 'same-origin' }, path)).status).toBe(200);
    }
  });

  it.each([
    ['a foreign page', { origin: 'http://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a program', {}],
    ['a program that says it is navigating', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ] as [string, Record<string, string>][])('is refused from %s', async (_who, headers) => {
    expect(outcome(await as(headers))).toEqual([403, 'origin_not_paired']);
  });

  it('is refused from the other name of this computer', async () => {
    expect(outcome(await as({ origin: `http://localhost:${daemon.port}` }))).toEqual([403, 'origin_not_paired']);
    const host = `localhost:${daemon.port}`;
    expect(outcome(await as({ host, origin: daemon.url }))).toEqual([403, 'origin_not_paired']);
  });

  it('changes nothing without an origin, whatever the browser says', async () => {
    expect(outcome(await as({ 'sec-fetch-site': 'same-origin' }, '/v1/console/session', 'DELETE'))).toEqual([
      403,
      'origin_not_paired',
    ]);
  });

  it('opens nothing over the socket by itself', async () => {
    const headers = { host: 'localhost', authorization: `Bearer ${token}` };
    expect((await ask({ socketPath: daemon.socket }, { method: 'GET', path: '/v1/tokens', headers })).status).toBe(403);
  });

  it('ends when the person signs out, and its stream with it', async () => {
    const other = await enter();
    const headers = { authorization: `Bearer ${other}`, origin: daemon.url };
    const stream = new Listener(daemon.port, other, undefined, { origin: daemon.url });
    await stream.ready;
    expect((await ask(daemon, { method: 'DELETE', path: '/v1/console/session', headers })).status).toBe(204);
    await stream.closed;
    expect(outcome(await ask(daemon, { method: 'GET', path: '/v1/tokens', headers }))).toEqual([401, 'unauthenticated']);
    expect((await as({ origin: daemon.url })).status).toBe(200);
  });

  it('is in the audit trail when it comes and goes', async () => {
    const { entries } = (await daemon.call('GET', '/v1/audit')).json as { entries: { caller: string; action: string }[] };
    const seen = entries.filter(({ caller }) => caller === 'console').map(({ action }) => action);
    expect(seen).toEqual(expect.arrayContaining(['console.open', 'console.close']));
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it('does not outlive the daemon', async () => {
    const { home } = daemon;
    await daemon.stop();
    daemon = await startTestDaemon({ home });
    expect(outcome(await as({ origin: daemon.url }))).toEqual([401, 'unauthenticated']);
    token = await enter();
  });
});

describe('the page', () => {
  it('is served to anyone at this computer, and to no other host', async () => {
    const { status, headers } = await ask(daemon, { method: 'GET', path: '/console/' });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await ask(daemon, { method: 'GET', path: '/console/', headers: { host: 'evil.example' } })).status).toBe(421);
    const foreign = { origin: 'http://evil.example' };
    expect((await ask(daemon, { method: 'GET', path: '/console/', headers: foreign })).status).toBe(403);
    expect((await ask(daemon, { method: 'GET', path: '/console' })).headers.location).toBe('/console/');
  });

  it('has a policy that lets nothing in and nothing out', async () => {
    const { headers, text } = await ask(daemon, { method: 'GET', path: '/console/' });
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((part) => [part.split(' ', 1)[0], part.slice(part.indexOf(' ') + 1)]),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data: blob:",
      'connect-src': "'self'",
      'font-src': "'self'",
      'worker-src': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)|https?:/);
  });

  it.each([
    '/console/../package.json',
    '/console/..%2f..%2fpackage.json',
    '/console/%2e%2e/cli/index.js',
    '/console/.signet-build',
    '/console/assets/..%5c..%5cindex.js',
    '/console/nothing.js',
    '/console/assets/',
    '/console/%00',
  ])('is no way to other files: %s', async (path) => {
    const { status } = await ask(daemon, { method: 'GET', path });
    expect([400, 404]).toContain(status);
  });

  it.each([
    ['GET', '/console/', {}, 200],
    ['GET', '/console', {}, 302],
    ['GET', '/console/nothing.js', {}, 404],
    ['GET', '/console/%ff', {}, 401],
    ['GET', '/v1/tokens', {}, 401],
    ['GET', '/%63onsole/nothing', {}, 404],
    ['GET', '/console/../console/x', {}, 404],
    ['GET', '/consolex', {}, 401],
    ['POST', '/console/', {}, 401],
    ['GET', '/console/', { host: 'evil.example' }, 421],
    ['GET', '/console/', { origin: 'http://evil.example' }, 403],
    ['GET', '/console/', { 'if-none-match': 'same' }, 304],
  ] as [string, string, Record<string, string>, number][])(
    'is guarded whatever the answer: %s %s %j gives %i',
    async (method, path, headers, status) => {
      const etag = String((await ask(daemon, { method: 'GET', path: '/console/' })).headers.etag);
      const sent = headers['if-none-match'] === undefined ? headers : { 'if-none-match': etag };
      const answer = await ask(daemon, { method, path, headers: sent });
      expect(answer.status).toBe(status);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['x-frame-options']).toBe('DENY');
      expect(answer.headers['cache-control']).toMatch(/^no-(cache|store)$/);
    },
  );

  it('holds no secret of the daemon', async () => {
    const { text } = await ask(daemon, { method: 'GET', path: '/console/' });
    for (const [, path = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const file = await ask(daemon, { method: 'GET', path });
      expect(file.status).toBe(200);
      expect(file.text).not.toContain(daemon.token);
    }
  });
});
