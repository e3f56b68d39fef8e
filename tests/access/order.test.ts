import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASE_ROUTES, ROUTES } from '../api/routes.ts';
import { ask, shimmed } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const at = setStage({ token: shimmed });
const tokens: Record<string, string> = {};

beforeAll(async () => {
  for (const scope of ['status', 'sign', 'pin', 'admin']) tokens[scope] = await at.daemon.client(`only-${scope}`, scope);
});
afterAll(() => {
  expect(at.token.control.trace()).toEqual([]);
});

const everywhere = [
  ...[...ROUTES, ...CASE_ROUTES].map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, 'nobody') })),
  { method: 'GET', path: '/openapi.json' },
  { method: 'GET', path: '/docs/' },
  { method: 'GET', path: '/nothing/here' },
  { method: 'PUT', path: '/v1/tokens' },
  { method: 'OPTIONS', path: '/v1/tokens' },
  { method: 'GET', path: '/v1/tokens/%zz' },
];
const OPEN = ['/health', '/openapi.json', '/docs/'];

const asked = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
  const { status, json, headers: told } = await ask({ port: at.daemon.port }, { method, path, headers, body });
  return { status, code: json?.code as string | undefined, told };
};

describe.each(everywhere)('$method $path', ({ method, path }) => {
  const good = () => ({ authorization: `Bearer ${at.daemon.token}` });

  it('has a Host of ours before anything else', async () => {
    for (const host of ['evil.example', `evil.example:${at.daemon.port}`, '127.0.0.1:1']) {
      const headers = { ...good(), host, origin: 'https://evil.example' };
      expect(await asked(method, path, headers)).toMatchObject({ status: 421, code: 'host_not_allowed' });
    }
  });

  it('has no foreign Origin, before a credential is looked at', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { ...good(), origin: 'https://evil.example' },
      { ...good(), origin: 'null' },
      { ...good(), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
    ]) {
      const answer = await asked(method, path, headers);
      expect(answer).toMatchObject({ status: 403, code: 'origin_not_paired' });
      for (const name of Object.keys(answer.told)) expect(name).not.toMatch(/^access-control-/);
    }
  });

  it('needs a credential before it says what there is', async () => {
    if (OPEN.includes(path)) return;
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic x' }]) {
      const answer = await asked(method, path, headers as Record<string, string>);
      expect(answer).toMatchObject({
        status: 401,
        code: 'unauthenticated',
        told: { 'www-authenticate': 'Bearer realm="signet"' },
      });
    }
  });
});

describe.each(ROUTES.filter(({ scope }) => scope !== 'open'))('$method $path', ({ method, path, scope, valid }) => {
  it(`needs the scope ${scope}, before the id and the body are looked at`, async () => {
    for (const other of ['status', 'sign', 'pin', 'admin'].filter((one) => one !== scope)) {
      for (const body of [valid, 'garbage']) {
        const headers = {
          authorization: `Bearer ${tokens[other]}`,
          ...(valid === undefined ? {} : { 'content-type': 'application/json' }),
        };
        const answer = await asked(method, path.replace(/:\w+/, 'nobody'), headers, valid === undefined ? undefined : body);
        expect(answer).toMatchObject({ status: 403, code: 'scope_missing' });
      }
    }
    const headers = { authorization: `Bearer ${tokens[scope]}` };
    const answer = await asked(method, path.replace(/:\w+/, 'nobody'), headers, valid);
    expect(answer.code).not.toBe('scope_missing');
    if (path.includes(':')) expect(answer.code).toMatch(/^(token|credential)_not_found$/);
  });
});

it('a client that is removed loses its access at once', async () => {
  const token = await at.daemon.client('leaver', 'status');
  const call = at.daemon.as(token);
  expect((await call('GET', '/v1/tokens')).status).toBe(200);
  await at.daemon.call('DELETE', '/v1/clients/leaver');
  expect(await call('GET', '/v1/tokens')).toMatchObject({ status: 401 });
  const next = await at.daemon.client('leaver', 'sign');
  expect(await call('GET', '/v1/tokens')).toMatchObject({ status: 401 });
  expect(await at.daemon.as(next)('GET', '/v1/tokens')).toMatchObject({ status: 403 });
});
