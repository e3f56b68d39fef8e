import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { writeConfig } from '../fixture/daemon.ts';
import { ask, personAt, USER_PIN, until } from '../fixture/index.ts';
import { startHost } from './peer.ts';

const NONCE = Buffer.alloc(33, 7).toString('base64');

/** The processes whose environment names this file; none where /proc cannot tell. */
function processesOf(config: string): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'latin1').includes(`SIGNET_CONFIG=${config}\0`);
    } catch {
      return false;
    }
  });
}

const isDaemon = (id: number): boolean => readFileSync(`/proc/${id}/cmdline`, 'latin1').split('\0').includes('serve');

it('two hosts that find no daemon start one together, which outlives them and serves both', async () => {
  const token = await createSoftHsm({ keys: [{ kind: 'p256' }] });
  const home = mkdtempSync(join(tmpdir(), 'signet-host-'));
  const bridges = { webeid: true, scs: false, nexu: false, afirma: false };
  const config = writeConfig(home, [{ path: token.library, environment: token.env }], { bridges });
  onTestFinished(async () => {
    for (const id of processesOf(config).filter(isDaemon)) process.kill(id, 'SIGTERM');
    await until('the daemon has ended', () => (processesOf(config).length === 0 ? true : undefined));
    rmSync(home, { recursive: true, force: true });
    token.dispose();
  });
  const runtimeDir = join(home, 'run');
  const options = { runtimeDir, env: { SIGNET_CONFIG: config, LD_PRELOAD: '', MOZ_CRASHREPORTER: '1', CHROME_WRAPPER: 'x' } };
  const hosts = await Promise.all([startHost(options), startHost(options)]);
  for (const [at, host] of hosts.entries())
    host.send({ command: 'authenticate', arguments: { challengeNonce: NONCE, origin: `https://${at}.example` } });

  // Nobody attends yet: saying so is an answer of the daemon's.
  const early = await Promise.all(hosts.map((host) => host.next()));
  for (const answer of early) expect(answer).toMatchObject({ error: { reason: 'PROMPT_UNAVAILABLE' } });
  for (const host of hosts) expect(await host.ended).toEqual({ code: 0, signal: null });
  expect(processesOf(config).filter(isDaemon)).toHaveLength(1);

  const [daemon = 0] = processesOf(config).filter(isDaemon);
  expect([0, 1, 2].map((fd) => readlinkSync(`/proc/${daemon}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null', '/dev/null']);
  expect(readFileSync(`/proc/${daemon}/environ`, 'latin1')).not.toMatch(/MOZ_|CHROME_WRAPPER|LD_PRELOAD/);

  const { address } = (
    await ask(
      { socketPath: join(runtimeDir, 'signet.sock') },
      { method: 'GET', path: '/v1/settings', headers: { host: 'localhost' } },
    )
  ).json;
  const bearer = readFileSync(join(runtimeDir, 'token'), 'utf8').trim();
  await using person = await personAt({ url: address, token: bearer }, { pair: true, pin: USER_PIN });
  const host = await startHost(options);
  host.send({ command: 'authenticate', arguments: { challengeNonce: NONCE, origin: 'https://0.example' } });
  expect(await host.next()).toMatchObject({ algorithm: 'ES256' });
  expect(person.seen.map(({ question }) => question.kind)).toEqual(['pair', 'pin']);
});
