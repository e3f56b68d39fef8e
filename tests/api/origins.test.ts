import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, Listener, type Person, personAt, startTestDaemon, type TestDaemon } from '../fixture/index.ts';

const SEDE = 'https://sede.example.es';
const HERE = 'http://localhost:3000';
const LONG = `https://${'a.'.repeat(125)}example.es:12345`;

let daemon: TestDaemon;
let person: Person;

beforeAll(async () => {
  daemon = await startTestDaemon();
  person = await personAt(daemon, { pair: true });
});
afterAll(async () => {
  await person.leave();
  await daemon.dispose();
});

const at = (origin: string) => `/v1/origins/${encodeURIComponent(origin)}`;
const pair = (origin: string, rights?: string[]) =>
  daemon.call('POST', '/v1/site/pairing', rights === undefined ? {} : { rights }, {
    'signet-origin': origin,
    'signet-via': 'extension',
  });
const listed = async () => (await daemon.call('GET', '/v1/origins')).json.origins;
const newest = async () => (await daemon.call('GET', '/v1/audit?limit=1')).json.entries[0];

describe('/v1/origins', () => {
  it('lists what was paired, by origin', async () => {
    expect(await listed()).toEqual([]);
    expect(await pair(SEDE)).toMatchObject({ status: 200, json: { paired: true } });
    expect((await pair(HERE, ['sign'])).status).toBe(200);
    const [here, sede] = await listed();
    expect(here).toMatchObject({ origin: HERE, rights: ['sign'], via: 'extension', certificates: [] });
    expect(sede).toMatchObject({ origin: SEDE, rights: ['certificates', 'authenticate', 'sign'] });
    expect(Date.parse(sede.expiresAt) - Date.parse(sede.pairedAt)).toBe(90 * 86_400_000);
  });

  it('narrows, and never widens', async () => {
    const narrowed = await daemon.call('PATCH', at(SEDE), { rights: ['sign', 'certificates'], expiresAt: inDays(10) });
    expect(narrowed).toMatchObject({ status: 200, json: { origin: SEDE, rights: ['certificates', 'sign'] } });
    expect(await newest()).toMatchObject({
      caller: 'local',
      action: 'origins.narrow',
      outcome: 'ok',
      detail: { origin: SEDE, rights: 'certificates sign' },
    });
    for (const body of [
      { rights: ['authenticate'] },
      { rights: [] },
      { rights: ['sign', 'sign'] },
      { rights: ['admin'] },
      { rights: 'sign' },
      { expiresAt: inDays(11) },
      { expiresAt: inDays(-1) },
      { expiresAt: 'tomorrow' },
      { expiresAt: 5 },
      { origin: 'https://evil.example' },
      {},
      [],
    ]) {
      expect(await daemon.call('PATCH', at(SEDE), body)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    }
    expect((await listed())[1]).toEqual(narrowed.json);
    expect(await daemon.call('PATCH', at('https://nobody.example'), { rights: ['sign'] })).toMatchObject({
      status: 404,
      json: { code: 'origin_not_found' },
    });
  });

  it('takes an origin as a person writes it, and a long one', async () => {
    expect((await daemon.call('PATCH', at('HTTPS://Sede.Example.es:443'), { rights: ['sign'] })).json.origin).toBe(SEDE);
    expect((await pair(LONG)).status).toBe(200);
    expect((await daemon.call('DELETE', at(LONG))).status).toBe(204);
  });

  it('forgets a certificate only where one is remembered', async () => {
    expect(await daemon.call('DELETE', `${at(SEDE)}/certificates/${'ab'.repeat(32)}`)).toMatchObject({
      status: 404,
      json: { code: 'origin_not_found' },
    });
  });

  it('revokes at once, tells it, and remembers it in the audit', async () => {
    const listener = daemon.listen();
    await listener.ready;
    expect((await daemon.call('DELETE', at(HERE))).status).toBe(204);
    expect((await listener.next(({ event }) => event === 'origin.changed')).data).toEqual({ at: expect.any(String) });
    listener.close();
    expect((await listed()).map((one: { origin: string }) => one.origin)).toEqual([SEDE]);
    expect(await newest()).toMatchObject({ action: 'origins.revoke', detail: { origin: HERE } });
    for (const origin of [HERE, 'https://nobody.example', 'nonsense', '..', '%', 'x'.repeat(300)])
      expect((await daemon.call('DELETE', at(origin))).json.code).toBe('origin_not_found');
  });

  it('survives a restart', async () => {
    const before = await listed();
    await person.leave();
    await daemon.stop();
    daemon = await startTestDaemon({ home: daemon.home });
    person = await personAt(daemon, { pair: true });
    expect(await listed()).toEqual(before);
  });

  it('is for admin alone, whoever is paired', async () => {
    for (const [method, path] of [
      ['GET', '/v1/origins'],
      ['PATCH', at(SEDE)],
      ['DELETE', at(SEDE)],
      ['DELETE', `${at(SEDE)}/certificates/x`],
    ] as const) {
      expect((await ask(daemon, { method, path })).status).toBe(401);
      const less = await daemon.client(`less-${method}-${path.length}`, 'status', 'sign', 'pin');
      expect((await daemon.as(less)(method, path)).json.code).toBe('scope_missing');
      const answer = await ask(daemon, { method, path, headers: { origin: SEDE } });
      expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_paired' } });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

it('a listener without admin hears that something changed, not what', async () => {
  const listener = new Listener(daemon.port, await daemon.client('listener', 'status'));
  await listener.ready;
  await pair(HERE);
  const { data } = await listener.next(({ event }) => event === 'origin.changed');
  expect(JSON.stringify(data)).not.toContain('localhost');
  listener.close();
});

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
