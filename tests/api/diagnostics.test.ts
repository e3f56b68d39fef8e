import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS, type CheckResult } from '../../src/diagnostics/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { folder, library } from '../diagnostics/broken.ts';
import { ask, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';

const LINES = { accept: 'application/x-ndjson' };

describe('GET /v1/diagnostics', () => {
  let token: SoftHsm;
  let daemon: TestDaemon;

  beforeAll(async () => {
    token = await createSoftHsm();
    daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
  });
  afterAll(async () => {
    await daemon.dispose();
    token.dispose();
  });

  it('makes every check and says where to start', async () => {
    const { status, json } = await daemon.call('GET', '/v1/diagnostics');
    expect(status).toBe(200);
    const ids = (json.checks as CheckResult[]).map(({ id }) => id);
    expect([...new Set(ids)]).toEqual(CHECKS.filter(({ optIn }) => optIn !== true).map(({ id }) => id));
    expect(json.end).toBe(true);
    const { startHere, ...counts } = json.summary;
    expect(Object.values(counts as Record<string, number>).reduce((sum, each) => sum + each, 0)).toBe(new Set(ids).size);
    expect(startHere === null || ids.includes(startHere)).toBe(true);
    expect((json.checks as CheckResult[]).find(({ id }) => id === 'token.present')?.result).toBe('pass');
  });

  it('does not present a PIN, log in, or start a second host for a driver that serves', async () => {
    const host = async () => {
      const { pid, state, crashes } = (await daemon.call('GET', '/v1/drivers')).json.drivers[0];
      return { pid, state, crashes };
    };
    const before = await host();
    await daemon.call('GET', '/v1/diagnostics');
    expect(await host()).toEqual(before);
    const { entries } = (await daemon.call('GET', '/v1/audit')).json as { entries: { action: string }[] };
    expect(entries.filter(({ action }) => action.startsWith('pin.'))).toEqual([]);
  });

  it('streams a line per result, in the same order, and the summary last', async () => {
    const whole = (await daemon.call('GET', '/v1/diagnostics')).json.checks as CheckResult[];
    const { headers, text } = await daemon.call('GET', '/v1/diagnostics', undefined, LINES);
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as CheckResult);
    expect(lines.slice(0, -1).map(({ id, subject }) => [id, subject])).toEqual(whole.map(({ id, subject }) => [id, subject]));
    expect(lines.at(-1)).toMatchObject({ end: true, summary: { startHere: expect.anything() } });
  });

  it('makes only those asked for', async () => {
    const one = (await daemon.call('GET', '/v1/diagnostics?check=os.clock')).json.checks as CheckResult[];
    expect(one.map(({ id }) => id)).toEqual(['os.clock']);
    const two = (await daemon.call('GET', '/v1/diagnostics?check=driver.loads&check=os.clock')).json.checks as CheckResult[];
    expect(two.map(({ id }) => id)).toEqual(['os.clock', 'driver.loads']);
  });

  it('lists them in the language asked for', async () => {
    const { checks } = (
      await daemon.call('GET', '/v1/diagnostics?list=true', undefined, { 'accept-language': 'fr-CA, en;q=0.5' })
    ).json;
    expect(checks).toHaveLength(CHECKS.length);
    expect(checks[0]).toEqual({
      id: 'os.clock',
      title: "L'horloge de l'ordinateur est à l'heure",
      severity: 'error',
      dependsOn: [],
      optIn: false,
      here: true,
    });
  });

  it.each([
    'check=no.such',
    'check=os.clock&check=',
    'check=%00',
    `check=${'x'.repeat(100)}`,
    'check[]=os.clock',
    'list=perhaps',
    'other=1',
    Array.from({ length: 101 }, () => 'check=os.clock').join('&'),
  ])('refuses ?%s', async (query) => {
    const { status, json } = await daemon.call('GET', `/v1/diagnostics?${query}`);
    expect([status, json.code]).toEqual([400, 'invalid_request']);
  });

  it('needs the scope status, and no more', async () => {
    expect((await ask(daemon, { method: 'GET', path: '/v1/diagnostics' })).status).toBe(401);
    const reader = await daemon.client('reader', 'status');
    expect((await daemon.as(reader)('GET', '/v1/diagnostics?check=os.clock')).status).toBe(200);
    const signer = await daemon.client('signer', 'sign');
    expect((await daemon.as(signer)('GET', '/v1/diagnostics')).json.code).toBe('scope_missing');
  });

  it('tells nothing of the token file and no PIN', async () => {
    const { text } = await daemon.call('GET', '/v1/diagnostics');
    expect(text).not.toContain(daemon.token);
    expect(text).not.toContain(token.userPin);
  });
});

describe('with a driver that hangs', () => {
  it('the daemon answers meanwhile, two runs go at once, few wait, and whoever hangs up ends theirs', async () => {
    using home = folder();
    const source = '#include <unistd.h>\n__attribute__((constructor)) static void go(void) { for (;;) sleep(1000); }';
    const path = await library(join(home.path, 'libhang.so'), source);
    const daemon = await startTestDaemon({ drivers: [{ path }], tokens: 0, child: true });
    try {
      const runs = Array.from({ length: 12 }, () => hold(daemon, '/v1/diagnostics'));
      const refused = await Promise.all([runs[10]?.status, runs[11]?.status]);
      expect(refused).toEqual([503, 503]);
      const before = performance.now();
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(1_000);
      for (const run of runs) run.hangUp();
      const json = await until('there is room again', async () => {
        const answer = await daemon.call('GET', '/v1/diagnostics?check=driver.loads');
        return answer.status === 200 ? answer.json : undefined;
      });
      expect(json.checks).toMatchObject([{ id: 'driver.loads', result: 'fail', found: expect.stringMatching(/hangs/) }]);
    } finally {
      await daemon.dispose();
    }
  });
});

/** A request that is under way: its status when it comes (0 when it never does), and a way to hang up. */
function hold(daemon: TestDaemon, path: string): { status: Promise<number>; hangUp(): void } {
  const sent = request({ host: '127.0.0.1', port: daemon.port, path, headers: { authorization: `Bearer ${daemon.token}` } });
  const status = new Promise<number>((resolve) => {
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', () => resolve(0));
  });
  sent.end();
  return { status, hangUp: () => sent.destroy() };
}
