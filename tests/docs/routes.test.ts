import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, Listener, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { codeOf, Document, tableRows } from './document.ts';

const SCOPES = ['status', 'sign', 'pin', 'admin'];
const document = new Document('docs/api.md');
const routes = tableRows(document.section('Routes')).map(([route, scope = '']) => {
  const [method = '', path = ''] = codeOf(route)?.split(' ') ?? [];
  return { method, path, scope };
});

let daemon: TestDaemon;
const tokens = new Map<string, string>();

beforeAll(async () => {
  daemon = await startTestDaemon();
  for (const scope of SCOPES) {
    tokens.set(scope, await daemon.client(`only-${scope}`, scope));
    tokens.set(`not ${scope}`, await daemon.client(`not-${scope}`, ...SCOPES.filter((other) => other !== scope)));
  }
});
afterAll(() => daemon.dispose());

describe('the routes of docs/api.md', () => {
  it('have a scope that there is', () => {
    for (const { scope } of routes) expect([...SCOPES, '–', 'local', 'code', 'person', 'site']).toContain(scope);
  });

  it('are those of the OpenAPI document', async () => {
    const { paths } = (await daemon.call('GET', '/openapi.json')).json as { paths: Record<string, object> };
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served.sort());
  });

  it.each(routes.filter(({ scope }) => scope === '–'))('are open to anyone: $method $path', async ({ method, path }) => {
    expect((await ask(daemon, { method, path })).status).toBe(200);
  });

  it.each(routes.filter(({ scope }) => scope === 'local'))(
    'are for local programs alone: $method $path',
    async ({ method, path }) => {
      const address = path.replace(/\{\w+\}/g, 'none');
      expect((await ask(daemon, { method, path: address })).status).toBe(401);
      const every = await daemon.client(`every-${method}`, ...SCOPES);
      expect(await daemon.as(every)(method, address)).toMatchObject({ status: 403, json: { code: 'local_only' } });
      expect((await daemon.call(method, address)).status).toBeLessThan(300);
    },
  );

  it.each(routes.filter(({ scope }) => scope === 'person'))(
    'are for the person at this machine: $method $path',
    async ({ method, path }) => {
      const address = path.replace(/\{\w+\}/g, 'none').replace(/stream$/, 'stream?face=console');
      const body = path.endsWith('/answer') ? { kind: 'confirm' } : undefined;
      expect((await ask(daemon, { method, path: address, body })).status).toBe(401);
      expect((await daemon.as(tokens.get('not admin') ?? '')(method, address, body)).json.code).toBe('scope_missing');
      expect((await daemon.as(tokens.get('admin') ?? '')(method, address, body)).json.code).toBe('local_only');
    },
  );

  it.each(routes.filter(({ scope }) => scope === 'site'))('are for web sites alone: $method $path', async ({ method, path }) => {
    const body = {};
    expect((await ask(daemon, { method, path, body })).json.code).toBe('unauthenticated');
    expect((await ask(daemon, { method, path, body, headers: { origin: 'null' } })).json.code).toBe('origin_not_paired');
    expect(
      (await daemon.as(await daemon.client(`all${path.replaceAll('/', '-')}`, ...SCOPES))(method, path, body)).json.code,
    ).toBe('local_only');
    expect((await daemon.call(method, path, body)).json.code).toBe('invalid_request');
    const answer = await ask(daemon, { method, path, body, headers: { origin: 'https://sede.example.es' } });
    if (path.endsWith('/status')) expect(answer).toMatchObject({ status: 200, json: { paired: false } });
    else expect(answer.json.code).toMatch(path.endsWith('/pairing') ? /^prompt_unavailable$/ : /^origin_not_paired$/);
  });

  it.each(routes.filter(({ scope }) => scope === 'code'))('open with a code alone: $method $path', async ({ method, path }) => {
    const headers = { origin: daemon.url };
    expect(await ask(daemon, { method, path, body: { code: daemon.token }, headers })).toMatchObject({
      status: 403,
      json: { code: 'console_code_refused' },
    });
    const { code } = (await daemon.call('POST', '/v1/console/codes')).json;
    expect((await ask(daemon, { method, path, body: { code }, headers })).status).toBe(201);
  });

  it.each(routes.filter(({ scope }) => SCOPES.includes(scope)))(
    'need the scope they name: $method $path ($scope)',
    async ({ method, path, scope }) => {
      const address = path.replace(/\{\w+\}/g, 'none');
      expect((await ask(daemon, { method, path: address })).status).toBe(401);
      const refused = await daemon.as(tokens.get(`not ${scope}`) ?? '')(method, address);
      expect([refused.status, refused.json.code]).toEqual([403, 'scope_missing']);
      if (path === '/v1/events') {
        const listener = new Listener(daemon.port, tokens.get(scope) ?? '');
        await listener.ready;
        return listener.close();
      }
      const admitted = await daemon.as(tokens.get(scope) ?? '')(method, address);
      expect([401, 403]).not.toContain(admitted.status);
    },
  );
});

describe('what docs/api.md says of verification and events', () => {
  it('has the reasons of the schema', async () => {
    const { paths } = (await daemon.call('GET', '/openapi.json')).json;
    const { description } = paths['/v1/verify'].post.responses['200'].content['application/json'].schema.properties.reason;
    const documented = tableRows(document.section('Signing')).map(([reason]) => codeOf(reason));
    expect(documented).toEqual(description.replace(/^.*: /, '').split(', '));
  });

  it('has the states of a PIN', async () => {
    const { paths } = (await daemon.call('GET', '/openapi.json')).json;
    const token = paths['/v1/tokens/{tokenId}'].get.responses['200'].content['application/json'].schema;
    const rows = new Map(
      tableRows(document.section('What is known of a PIN')).map(([name, values]) => [codeOf(name), values ?? '']),
    );
    expect([...rows.keys()].sort()).toEqual(Object.keys(token.properties.pin.properties).sort());
    for (const name of ['state', 'basis', 'flagsReliable']) {
      const words = [...(rows.get(name) ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word);
      expect(words.sort()).toEqual([...token.properties.pin.properties[name].enum].sort());
    }
  });
});
