import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/errors/index.ts';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { bodied, CASE_ROUTES, ROUTES } from './routes.ts';

let shim: Shimmed;
let daemon: TestDaemon;
let ids: { token: string; credential: string; case: string };

beforeAll(async () => {
  shim = await shimmed();
  shim.control.set('lock-after 3 low-final');
  daemon = await startTestDaemon({ drivers: [shim.driver] });
  const [credential] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
  const { id } = (await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock' })).json;
  ids = { token: daemon.tokenId, credential: credential.id, case: id };
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
});

/** 5xx that say something about the person's side, not about us. */
const EXPLAINED = new Set(['prompt_unavailable']);

async function expectSane(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<void> {
  const answer = await daemon.call(method, path, body, headers);
  if (answer.status < 400) return;
  const code = String(answer.json?.code) as ErrorCode;
  expect({ method, path, status: answer.status, code }).toEqual({ method, path, status: ERRORS[code]?.status, code });
  if (answer.status >= 500) expect(EXPLAINED).toContain(code);
}

const names = ['pin', 'puk', 'newPin', 'currentPin', 'finalTryConsent', 'algorithm', 'data', 'digest', 'digests', 'encoding'];
const moreNames = [
  'signature',
  'certificate',
  'credentialId',
  'kind',
  'name',
  'scopes',
  'version',
  'state',
  'date',
  'stepId',
  'holder',
  'procedureId',
  '__proto__',
  'constructor',
  'toString',
  '',
];
const words = ['ES256', 'RS256', 'der', 'p1363', 'pin', 'AAAA', 'AAA', '123', '999999', 'status', 'null'];
const key = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names, ...moreNames) }, fc.string());
const leaf = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }), fc.base64String());
const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }));
const body = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.tuple(key, value), { maxLength: 6 }).map((pairs) => objectText(pairs)) },
  fc.jsonValue().map((one) => JSON.stringify(one)),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

function objectText(pairs: [string, unknown][]): string {
  return `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join(',')}}`;
}

const all = [...ROUTES, ...CASE_ROUTES];
const taking = [...bodied, ...CASE_ROUTES.filter(({ valid }) => valid !== undefined)];
const place = (path: string) =>
  path
    .replace(':tokenId', ids.token)
    .replace(':credentialId', ids.credential)
    .replace(':caseId', ids.case)
    .replace(':stepId', 'request')
    .replace(':procedureId', 'certigna.unblock')
    .replace(':origin', encodeURIComponent('https://sede.example.es'));

it('whatever JSON goes to whatever route, there is an answer with a reason', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...taking), body, (route, text) => expectSane(route.method, place(route.path), text)),
    { numRuns: 1_200 },
  );
}, 60_000);

it('a right body with one thing changed does no more harm', async () => {
  const changed = fc.constantFrom(...taking).chain((route) =>
    fc.record({
      route: fc.constant(route),
      field: fc.constantFrom(...Object.keys(route.valid ?? {}), ...names),
      value,
    }),
  );
  await fc.assert(
    fc.asyncProperty(changed, ({ route, field, value: other }) => {
      // Names of clients that the body would really make are left out: the list would only grow.
      const valid = route.path === '/v1/clients' ? { ...route.valid, name: '' } : route.valid;
      return expectSane(route.method, place(route.path), objectText([...Object.entries(valid ?? {}), [field, other]]));
    }),
    { numRuns: 600 },
  );
}, 60_000);

it('neither do paths, queries and headers of any kind', async () => {
  const text = fc.string({ maxLength: 60 }).map((one) => encodeURIComponent(one.toWellFormed()));
  const path = fc.oneof(
    fc.array(text, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
    fc.constantFrom(...all).map((route) => place(route.path)),
  );
  const header = fc.string({
    maxLength: 80,
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  await fc.assert(
    fc.asyncProperty(
      path,
      text,
      header,
      fc.constantFrom('accept-language', 'content-type', 'last-event-id', 'accept', 'range', 'x-any'),
      (where, query, line, name) =>
        where.endsWith('/v1/events')
          ? Promise.resolve()
          : expectSane('GET', `${where}?${query}`, undefined, { [name]: line.trim() }),
    ),
    { numRuns: 600 },
  );
}, 60_000);

it('and the daemon is as it was: alive, its trail whole, no more tries spent than may be', async () => {
  expect((await daemon.call('GET', '/health')).status).toBe(200);
  expect((await daemon.call('GET', '/v1/drivers')).json.drivers[0]).toMatchObject({ state: 'running', crashes: 0 });
  expect((await daemon.call('GET', '/v1/audit?limit=1')).json.sound).toBe(true);
  // The last try of each counter needs a consent, and none was ever passed on.
  expect(shim.left(3)).toBeGreaterThanOrEqual(1);
  expect(shim.left(3, 'so')).toBeGreaterThanOrEqual(1);
});
