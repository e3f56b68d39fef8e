import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Shimmed,
  shimmed,
  spawnDaemon,
  startTestDaemon,
  type TestDaemon,
  USER_PIN,
  until,
  writeConfig,
} from '../fixture/index.ts';

const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']), 'sh', '-c'];

/** Why there can be no private mounts here, or undefined. */
function missing(): string | undefined {
  const tried = spawnSync('unshare', [...UNSHARE.slice(1), 'mount -t tmpfs tmpfs /mnt'], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : `the kernel refuses private mounts: ${tried.stderr?.trim() ?? 'no unshare'}`;
}

const why = missing();
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'signet-storage-'));
  cleanUps.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A command line that runs the daemon's own with `/mnt` prepared by a line of shell. */
const within = (prepare: string) => [...UNSHARE, `${prepare} && exec "$@"`, 'sh'];

describe.skipIf(why)(`a state directory ${why ?? ''}`, () => {
  it('that is read-only is said, with exit code 3', async () => {
    const home = folder();
    const config = writeConfig(home, [], { stateDir: '/mnt/state' });
    const end = await spawnDaemon(config, {
      within: within('mount -t tmpfs tmpfs /mnt && mkdir /mnt/state && mount -o remount,ro /mnt'),
    }).ended;
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toContain('/mnt/state');
    expect(end.stderr).not.toContain('    at ');
  });

  it('that cannot be made is said, with exit code 3', async () => {
    const config = writeConfig(folder(), [], { stateDir: '/mnt/state' });
    const end = await spawnDaemon(config, { within: within('mount -t tmpfs -o ro tmpfs /mnt') }).ended;
    expect(end.code).toBe(3);
    expect(end.stderr).toContain('/mnt/state');
  });

  it('on a full disk is said, with exit code 3', async () => {
    const config = writeConfig(folder(), [], { stateDir: '/mnt/state' });
    const full =
      'mount -t tmpfs -o size=64k tmpfs /mnt && (cat /dev/zero >/mnt/filler 2>/dev/null || true) && mkdir -p /mnt/state';
    const end = await spawnDaemon(config, { within: within(full) }).ended;
    expect(end.code).toBe(3);
    expect(end.stderr).toContain('/mnt/state');
    expect(end.stderr).not.toContain('    at ');
  });

  describe('whose disk fills up while the daemon runs', () => {
    let shim: Shimmed;
    let daemon: TestDaemon;
    let mount: string;

    async function start(): Promise<void> {
      shim = await shimmed();
      cleanUps.push(() => shim.dispose());
      daemon = await startTestDaemon({
        drivers: [shim.driver],
        settings: { stateDir: '/mnt/state', watchEvery: 200 },
        child: true,
        within: within('mount -t tmpfs -o size=400k tmpfs /mnt'),
      });
      cleanUps.push(() => daemon.dispose());
      mount = `/proc/${daemon.pid}/root/mnt`;
    }
    const fill = () => {
      spawnSync('sh', ['-c', `cat /dev/zero >${mount}/filler`]);
    };
    const login = (pin: string) => daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin });

    it('presents no PIN, says why, keeps answering, and goes on when there is room', async () => {
      await start();
      fill();
      // What fits into pages that exist already may still be written: attempts go on until the disk says no.
      let refused: Awaited<ReturnType<typeof login>> | undefined;
      for (let attempt = 0; attempt < 400 && refused === undefined; attempt += 1) {
        const answer = await login(USER_PIN);
        if (answer.status !== 200) refused = answer;
      }
      expect(refused).toMatchObject({ status: 503, json: { code: 'storage_unavailable' } });
      const before = shim.control.trace().length;
      for (let attempt = 0; attempt < 5; attempt += 1) expect((await login('999999')).json.code).toBe('storage_unavailable');
      expect(shim.control.trace().length).toBe(before);
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      expect((await daemon.call('GET', '/v1/tokens')).status).toBe(200);
      // The watch goes on over a full disk: flags that move have to be written down somewhere, and cannot.
      shim.control.set('nth 9999 C_GetTokenInfo delay 1', 'C_GetTokenInfo flags-set 0x10000');
      await until('the token was looked at', () => (shim.calls(0) >= 5 ? true : undefined));
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      shim.control.set();
      rmSync(`${mount}/filler`);
      expect((await login(USER_PIN)).status).toBe(200);
      expect((await daemon.call('GET', '/v1/audit')).json.sound).toBe(true);
    });
  });
});
