import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSoftHsm } from '../../backends/softhsm.ts';
import { cleanEnvironment, command } from '../../cli/daemon.ts';
import { writeConfig } from '../../fixture/daemon.ts';
import { startTestDaemon, type TestDaemon, until } from '../../fixture/index.ts';
import { installTls } from './authority.ts';
import { pageOf, tls } from './site.ts';

const BRIDGES = { webeid: false, scs: false, nexu: false, afirma: true };
let daemon: TestDaemon;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  daemon = await startTestDaemon({ settings: { bridges: BRIDGES } });
  env = { ...cleanEnvironment(daemon.home), SIGNET_RUNTIME_DIR: daemon.runtimeDir, LANG: 'C' };
});
afterAll(() => daemon.dispose());

describe('signet afirma', () => {
  it('says what is missing while there is no local certificate', async () => {
    const { code, stderr } = await command(['afirma', (await pageOf()).address], { env });
    expect([code, stderr]).toEqual([3, expect.stringContaining('signet install --local-tls')]);
  });

  it('opens the session that the page then finds', async () => {
    installTls(daemon.stateDir, await tls());
    const page = await pageOf();
    const { code, stdout } = await command(['afirma', page.address, '--json'], { env });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { port: page.options.ports[0], expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    await page.connect();
    expect(await page.exchange(`echo=-idsession=${page.options.session}@EOF`)).toBe('OK');
    page.close();
  });

  it('refuses what no page writes', async () => {
    const refusals = [
      ['https://sede.example', 'afirma_url'],
      ['afirma://websocket?ports=50001&v=4', 'launch_refused'],
      ['afirma://sign?stservlet=https://sede.example/s&id=1', 'launch_refused'],
    ] as const;
    const ends = await Promise.all(refusals.map(([url]) => command(['afirma', url, '--json'], { env })));
    expect(ends.map(({ code, stdout }) => [code, JSON.parse(stdout).code])).toEqual(refusals.map(([, code]) => [2, code]));
  });
});

/** The processes whose environment names this file. */
function processesOf(config: string): number[] {
  const named = (id: number): boolean => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'latin1').includes(`SIGNET_CONFIG=${config}\0`);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0 && named(id));
}

it('signet afirma starts the daemon where none runs', async () => {
  const token = await createSoftHsm({ keys: [{ kind: 'p256' }] });
  const home = mkdtempSync(join(tmpdir(), 'signet-afirma-'));
  const config = writeConfig(home, [{ path: token.library, environment: token.env }], { bridges: BRIDGES });
  onTestFinished(async () => {
    const serves = (id: number): boolean => readFileSync(`/proc/${id}/cmdline`, 'latin1').split('\0').includes('serve');
    for (const id of processesOf(config).filter(serves)) process.kill(id, 'SIGTERM');
    await until('the daemon has ended', () => (processesOf(config).length === 0 ? true : undefined));
    rmSync(home, { recursive: true, force: true });
    token.dispose();
  });
  installTls(join(home, 'state'), await tls());
  const own = { ...cleanEnvironment(home), SIGNET_CONFIG: config };
  const junk = await command(['afirma', 'https://sede.example'], { env: own });
  expect([junk.code, processesOf(config)]).toEqual([2, []]);
  const page = await pageOf();
  const { code, stdout, stderr } = await command(['afirma', page.address], { env: own });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(String(page.options.ports[0]));
  await page.connect();
  expect(await page.exchange(`echo=-idsession=${page.options.session}@EOF`)).toBe('OK');
  page.close();
});
