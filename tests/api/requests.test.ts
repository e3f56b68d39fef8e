import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/errors/index.ts';
import { type Answer, problemOf, sendRaw, shimmed, until } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';
import { bodied, ROUTES, type Route } from './routes.ts';

/** Stands where a value is wrong: it must not come back in any answer. */
const MARK = 'CANARY7391';

const at = setStage({ token: shimmed });
let ids: { token: string; credential: string };

beforeAll(async () => {
  const [credential] = (await at.daemon.call('GET', '/v1/credentials')).json.credentials;
  ids = { token: at.daemon.tokenId, credential: credential.id };
});
afterAll(async () => {
  // Nothing in this file is a right request: whatever came, no PIN went to the token and the driver did not die.
  expect(at.token.control.trace()).toEqual([]);
  expect((await at.daemon.call('GET', '/v1/drivers')).json.drivers[0]).toMatchObject({ state: 'running', crashes: 0 });
});

const pathOf = ({ path }: Route) => path.replace(':tokenId', ids.token).replace(':credentialId', ids.credential);
const post = (route: Route, body: unknown, headers?: Record<string, string>) =>
  at.daemon.call(route.method, pathOf(route), body, headers);

/** A problem body, whole and of the code's own status. */
function expectProblem(answer: Answer, code: ErrorCode): void {
  expect(answer.json).toMatchObject({
    type: `urn:signet:error:${code}`,
    code,
    status: ERRORS[code].status,
    title: expect.any(String),
    detail: expect.any(String),
    instance: expect.any(String),
  });
  expect(answer.status).toBe(ERRORS[code].status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.text).not.toContain(MARK);
}

describe.each(bodied)('$method $path', (route) => {
  const { valid = {}, secrets = [] } = route;

  it.each([
    ['empty', ''],
    ['blank', '  \n'],
    ['a word', MARK],
    ['truncated', `{"pin":"${MARK}`],
    ['truncated in an escape', `{"pin":"${MARK}\\`],
    ['two documents', '{}{}'],
    ['a comment', `{/*${MARK}*/}`],
    ['a trailing comma', '{"a":1,}'],
    ['a byte order mark', '\ufeff{}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', Buffer.concat([Buffer.from('{"pin":"'), Buffer.from([0xc0, 0xb1]), Buffer.from('"}')])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['null', 'null'],
    ['an array', `["${MARK}"]`],
    ['text', `"${MARK}"`],
    ['a number', '7391'],
    ['deep nesting', '['.repeat(5_000)],
    ['deep nesting of objects', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['a huge number', '{"a":1e999999}'],
    ['a polluted prototype', `{"__proto__":{"pin":"${MARK}"},"constructor":{"prototype":{"x":1}}}`],
    ['a NUL in a name', '{"a\\u0000b":1}'],
  ])('refuses a body that is %s', async (_name, body) => {
    expectProblem(await post(route, body), 'invalid_request');
  });

  it('refuses an unknown field, and names it', async () => {
    const answer = await post(route, { ...valid, extra: MARK });
    expectProblem(answer, 'invalid_request');
    expect(answer.json.errors).toEqual([{ field: 'body.extra', expected: expect.any(String) }]);
    expectProblem(
      await post(route, `{"__proto__":"${MARK}",${JSON.stringify(valid).slice(1)}`.replace(',}', '}')),
      'invalid_request',
    );
  });

  it('refuses every field of a wrong type, and names it', async () => {
    for (const field of Object.keys(valid)) {
      for (const wrong of [null, true, 7391, 1e308, { a: MARK }, [MARK], [[MARK]]]) {
        if (Array.isArray(valid[field]) && Array.isArray(wrong) && typeof wrong[0] === 'string') continue;
        const answer = await post(route, { ...valid, [field]: wrong });
        expectProblem(answer, 'invalid_request');
        expect(answer.json.errors[0].field).toMatch(new RegExp(`^body\\.${field}`));
      }
    }
  });

  it('refuses what is missing, and names it', async () => {
    for (const field of route.required ?? []) {
      const { [field]: _left, ...rest } = valid;
      const answer = await post(route, rest);
      expectProblem(answer, 'invalid_request');
      expect(answer.json.errors[0].field).toMatch(/^body/);
    }
  });

  it('refuses a secret twice when the last one is no text', async () => {
    for (const name of secrets) {
      const rest = JSON.stringify(valid).slice(1);
      expectProblem(
        await post(route, `{"${name}":"${MARK}",${rest.replace(`"${name}":"${valid[name]}"`, `"${name}":{}`)}`),
        'invalid_request',
      );
    }
  });

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/xml'],
    ['application/jsonx'],
    ['text/json'],
    [''],
    ['garbage'],
    ['application/json/../x'],
  ])('refuses the content type %j', async (type) => {
    expectProblem(await post(route, JSON.stringify(valid), { 'content-type': type }), 'unsupported_media_type');
  });

  it('refuses a body that is too large', async () => {
    const limit = secrets.length > 0 || route.small ? 17_000 : 23_000_000;
    const answer = await post(route, `{"a":"${'x'.repeat(limit)}"}`).catch((error: NodeJS.ErrnoException) => error.code);
    // A server that has refused may close while the rest is still on its way.
    if (typeof answer === 'string') expect(answer).toMatch(/EPIPE|ECONNRESET/);
    else expectProblem(answer as Answer, 'payload_too_large');
  });

  it('survives a body that stops on the way', async () => {
    const head = `${route.method} ${pathOf(route)} HTTP/1.1\r\nHost: 127.0.0.1:${at.daemon.port}\r\nAuthorization: Bearer ${at.daemon.token}\r\n`;
    const socket = connect(at.daemon.port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve()).on('error', () => undefined);
      socket.end(`${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"pin":"${MARK}`);
      setTimeout(() => socket.destroy(), 50);
    });
    expect((await at.daemon.call('GET', '/health')).status).toBe(200);
  });
});

describe.each(ROUTES)('$method $path', (route) => {
  it('has no other method, and says which it has', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE']) {
      const own = ROUTES.some((one) => one.path === route.path && one.method === method);
      if (own || (method === 'GET' && route.path === '/v1/clients')) continue;
      const answer = await at.daemon.call(method, pathOf(route));
      expectProblem(answer, 'method_not_allowed');
      expect(answer.headers.allow?.split(', ')).toContain(route.method);
    }
  });

  it('tells an unknown id from an unknown path', async () => {
    const code = route.path.includes(':tokenId')
      ? 'token_not_found'
      : route.path.includes(':credentialId')
        ? 'credential_not_found'
        : undefined;
    if (code === undefined) return;
    for (const id of ['nobody', '%00', '%20', 'a%2Fb', '~', "'%20OR%201=1", '__proto__', 'constructor', 'é'.normalize()]) {
      const path = encodeURI(route.path.replace(/:\w+/, 'ID')).replace('ID', id.replace('é', '%C3%A9'));
      expectProblem(await at.daemon.call(route.method, path, route.valid), code);
    }
    expectProblem(await at.daemon.call(route.method, route.path.replace(/:\w+/, 'x'.repeat(401)), route.valid), 'not_found');
    expectProblem(await at.daemon.call(route.method, route.path.replace(/:\w+/, ''), route.valid), code);
  });
});

describe('a route that takes no query', () => {
  it.each(['?x=1', '?x', '?__proto__[a]=1', '?'])('refuses %s', async (query) => {
    expectProblem(await at.daemon.call('GET', `/v1/tokens${query}`), 'invalid_request');
    expectProblem(await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/logout${query}`), 'invalid_request');
  });
});

describe('the method QUERY', () => {
  it('is one that no route takes', async () => {
    expectProblem(await at.daemon.call('QUERY', '/v1/tokens'), 'method_not_allowed');
  });
});

describe('a route that takes no body', () => {
  const logout = (body: unknown) => at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/logout`, body);

  it('takes none or an empty object', async () => {
    expect((await logout(undefined)).status).toBe(204);
    expect((await logout({})).status).toBe(204);
  });

  it.each([{ x: 1 }, [], [1], 'text', 7, null, true])('refuses %j', async (body) => {
    expectProblem(await logout(body), 'invalid_request');
  });
});

describe('a path', () => {
  it.each([
    '/',
    '/v1',
    '/v2/tokens',
    '//v1/tokens',
    '/v1//tokens',
    '/V1/TOKENS',
    '/v1/tokens;x',
    '/v1/./tokens',
    '/v1/x/../tokens',
    '/health/',
    '/..%2f..%2fetc/passwd',
    '/v1/documents/sign',
    '/v1/requests',
    '/index.html',
    `/${'a'.repeat(5_000)}`,
  ])('that nothing answers to: %s', async (path) => {
    expectProblem(await at.daemon.call('GET', path), 'not_found');
  });

  it.each(['/v1/tokens/%', '/v1/tokens/%zz', '/%e0%a4%a', '/v1/tokens/%ff', '/%c0%af'])('that is not UTF-8: %s', async (path) => {
    expectProblem(await at.daemon.call('GET', path), 'invalid_request');
  });
});

describe('the connection', () => {
  const raw = async (bytes: string | Buffer) => {
    const text = await sendRaw({ port: at.daemon.port }, bytes);
    expect((await at.daemon.call('GET', '/health')).status).toBe(200);
    return text;
  };
  const head = () =>
    `Host: 127.0.0.1:${at.daemon.port}\r\nAuthorization: Bearer ${at.daemon.token}\r\nContent-Type: application/json\r\n`;
  const refused = { status: 400, code: 'invalid_request' };

  it.each([
    ['one long header', () => `GET /health HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['many headers', () => `GET /health HTTP/1.1\r\n${'X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2_000)}\r\n`],
    ['a long request line', () => `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`],
  ])('with %s is told 431', async (_name, bytes) => {
    const text = await raw(bytes());
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(problemOf(text)).toEqual({ status: 431, code: 'headers_too_large' });
  });

  it('with a flood over the socket is told the same', async () => {
    const text = await sendRaw({ socketPath: at.daemon.socket }, `GET /health HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`);
    expect(problemOf(text)).toEqual({ status: 431, code: 'headers_too_large' });
  });

  it.each([
    ['no request', () => 'hello\r\n\r\n'],
    ['a method that there is not', () => 'BREW /health HTTP/1.1\r\n\r\n'],
    ['a version of the future', () => 'GET /health HTTP/9.9\r\n\r\n'],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', () => Buffer.from('16030100a5010000a10303', 'hex')],
    ['bytes', () => Buffer.alloc(300, 0xff)],
    ['a space in a header name', () => `GET /health HTTP/1.1\r\n${head()}a b: c\r\n\r\n`],
    ['a NUL in a header', () => `GET /health HTTP/1.1\r\n${head()}a: \0\r\n\r\n`],
    [
      'garbage for a chunk',
      () => `POST /v1/verify HTTP/1.1\r\n${head()}Transfer-Encoding: chunked\r\n\r\nzz\r\n${MARK}\r\n0\r\n\r\n`,
    ],
    [
      'both lengths',
      () => `POST /v1/verify HTTP/1.1\r\n${head()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', () => `POST /v1/verify HTTP/1.1\r\n${head()}Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}{`],
    ['a length below zero', () => `POST /v1/verify HTTP/1.1\r\n${head()}Content-Length: -1\r\n\r\n`],
    ['an encoding that there is not', () => `POST /v1/verify HTTP/1.1\r\n${head()}Transfer-Encoding: gzip\r\n\r\n`],
  ])('with %s is refused', async (_name, bytes) => {
    const text = await raw(bytes());
    expect(text).not.toContain(MARK);
    expect(problemOf(text)).toEqual(refused);
  });

  it('that is to become a tunnel is refused', async () => {
    for (const place of [{ port: at.daemon.port }, { socketPath: at.daemon.socket }]) {
      const text = await sendRaw(place, `CONNECT bank.example:443 HTTP/1.1\r\n${head()}\r\n`);
      expect(problemOf(text)).toEqual({ status: 405, code: 'method_not_allowed' });
    }
  });

  it('with two hosts is refused, whichever comes first', async () => {
    const other = 'Host: evil.example\r\n';
    for (const headers of [`${head()}${other}`, `${other}${head()}`]) {
      const text = await raw(`GET /health HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
      expect(problemOf(text)).toEqual({ status: 421, code: 'host_not_allowed' });
    }
  });

  it('may expect what nobody knows, and passes the gate with it', async () => {
    const expecting = (headers: string) => raw(`GET /v1/tokens HTTP/1.1\r\n${headers}Expect: tea\r\nConnection: close\r\n\r\n`);
    expect(await expecting(head())).toMatch(/^HTTP\/1\.1 200 /);
    expect(problemOf(await expecting(`Host: 127.0.0.1:${at.daemon.port}\r\n`))).toEqual({ status: 401, code: 'unauthenticated' });
  });

  it('of the oldest kind has no Host and so no place here', async () => {
    for (const line of ['GET /health', 'GET /health HTTP/1.0', 'GET /health HTTP/1.1']) {
      expect(problemOf(await raw(`${line}\r\nConnection: close\r\n\r\n`))).toEqual({ status: 421, code: 'host_not_allowed' });
    }
  });

  it('may bring a body in good chunks', async () => {
    const text = await raw(
      `POST /v1/verify HTTP/1.1\r\n${head()}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`,
    );
    expect(text).toContain('"code":"invalid_request"');
  });

  it('that is refused does not stay open for a caller that never closes', async () => {
    const socket = connect({ port: at.daemon.port, host: '127.0.0.1', allowHalfOpen: true });
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
    socket.write('hello\r\n\r\n');
    socket.resume();
    await until(
      'the server lets go',
      async () => {
        socket.write('x', () => undefined);
        return (await Promise.race([closed.then(() => true), new Promise((r) => setTimeout(r, 100))])) ?? undefined;
      },
      5_000,
    );
  });
});
