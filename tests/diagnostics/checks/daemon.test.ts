import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  daemonAuditSound,
  daemonLastCrash,
  daemonLogLevel,
  daemonSingleInstance,
} from '../../../src/diagnostics/checks/daemon.ts';
import { daemonSettings } from '../../../src/diagnostics/checks/daemon-settings.ts';
import { daemonDisk, daemonLedgerWritable, daemonStateFolder } from '../../../src/diagnostics/checks/daemon-store.ts';
import { startTestDaemon, writeConfig } from '../../fixture/index.ts';
import { doctor, withMounts } from './doctor.ts';
import { one, run, view } from './world.ts';

const HOLD = join(import.meta.dirname, '../../store/hold.child.ts');
const OWN = /^(api|daemon|net|ext)\./;

let home: string;
let state: string;
const cleanUps: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-doctor-'));
  state = join(home, 'state');
  cleanUps.push(() => rmSync(home, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A daemon was here and has ended well. */
async function daemonWasHere(): Promise<void> {
  const daemon = await startTestDaemon({ home });
  await daemon.stop();
}

/** What of Signet's own does not work, by the whole doctor from beside. */
async function told(within: readonly string[] = []) {
  const report = await doctor(home, { within });
  return { ...report, failed: report.failed.filter((id) => OWN.test(id)) };
}

/** Why there can be no private mounts here, or undefined. */
function noMounts(): string | undefined {
  const [command = '', ...args] = [...withMounts('mount -t tmpfs tmpfs /mnt'), 'true'];
  return spawnSync(command, args).status === 0 ? undefined : 'the kernel refuses private mounts';
}
const why = noMounts();

describe("Signet's own files", () => {
  it('are well where a daemon has ended, and it is said that none is running', async () => {
    await daemonWasHere();
    const { failed, of } = await told();
    expect(failed).toEqual([]);
    expect(of('daemon.running')).toMatchObject([{ result: 'warn', fix: 'Start it: signet serve' }]);
    expect(of('daemon.audit-sound')).toMatchObject([{ result: 'pass' }]);
  });

  it('are well before the first start', async () => {
    writeConfig(home);
    expect((await told()).failed).toEqual([]);
  });
});

describe('the database', () => {
  it('locked by a second process is the one cause', async () => {
    await daemonWasHere();
    const holder = spawn(process.execPath, ['--no-warnings', HOLD, join(state, 'signet.db')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const gone = once(holder, 'close');
    cleanUps.push(async () => {
      holder.stdin.end();
      await gone;
    });
    expect(String((await once(holder.stdout, 'data'))[0])).toBe('open\n');
    const { failed, of } = await told();
    expect(failed).toEqual(['daemon.ledger-writable']);
    expect(of('daemon.ledger-writable')[0]).toMatchObject({
      found: expect.stringContaining('Another program'),
      evidence: { code: 'locked' },
    });
    for (const id of ['daemon.running', 'daemon.audit-sound', 'daemon.last-crash']) {
      expect(of(id), id).toMatchObject([{ result: 'skip', skippedBecause: 'depends:daemon.ledger-writable' }]);
    }
  });

  it('that is damaged is left as it is and told', async () => {
    mkdirSync(state, { mode: 0o700 });
    writeConfig(home);
    writeFileSync(join(state, 'signet.db'), Buffer.alloc(8_192, 0x55));
    const { failed, of } = await told();
    expect(failed).toEqual(['daemon.ledger-writable']);
    expect(of('daemon.ledger-writable')[0]?.found).toContain('damaged');
  });

  it('of a newer program is told as such', async () => {
    await daemonWasHere();
    const sqlite = new DatabaseSync(join(state, 'signet.db'));
    sqlite.exec('PRAGMA user_version = 9999');
    sqlite.close();
    expect((await told()).of('daemon.ledger-writable')[0]).toMatchObject({
      result: 'fail',
      fix: expect.stringContaining('newest version'),
    });
  });

  it.each([
    ['in_use', 'Another program'],
    ['readonly', 'cannot be written'],
    ['full', 'no room'],
    ['failed', '(failed)'],
  ])('refused as %s has words of its own', async (code, found) => {
    const seen = view({ database: () => code });
    expect(await one(daemonLedgerWritable, seen)).toMatchObject({ result: 'fail', found: expect.stringContaining(found) });
  });

  it('is held by the daemon beside which one looks, as it should be', async () => {
    const daemon = await startTestDaemon({ home });
    cleanUps.push(() => daemon.stop());
    const seen = view({ database: () => 'locked', settings: { runtimeDir: daemon.runtimeDir } });
    expect(await one(daemonLedgerWritable, seen)).toMatchObject({ result: 'pass' });
  });

  it('whose record was altered is told', async () => {
    const daemon = await startTestDaemon({ home });
    await daemon.client('ann', 'status');
    await daemon.client('bob', 'status');
    await daemon.stop();
    const sqlite = new DatabaseSync(join(state, 'signet.db'));
    expect(sqlite.prepare("UPDATE audit SET outcome = 'refused' WHERE seq = 1").run().changes).toBe(1);
    sqlite.close();
    const { failed, of } = await told();
    expect(failed).toEqual(['daemon.audit-sound']);
    expect(of('daemon.audit-sound')[0]?.found).toContain('altered');
  });
});

describe.skipIf(why !== undefined)(`the state folder ${why ?? ''}`, () => {
  const settings = () => writeConfig(home, [], { stateDir: '/mnt/state' });

  it('on a full disk is the one cause', async () => {
    settings();
    const full =
      'mount -t tmpfs -o size=256k tmpfs /mnt && mkdir -m 700 /mnt/state && (cat /dev/zero >/mnt/filler 2>/dev/null || true)';
    const { failed, of } = await told(withMounts(full));
    expect(failed).toEqual(['daemon.disk']);
    expect(of('daemon.disk')[0]).toMatchObject({ found: expect.stringContaining('is full'), evidence: { freeMegabytes: 0 } });
    for (const id of ['daemon.ledger-writable', 'daemon.running']) expect(of(id), id).toMatchObject([{ result: 'skip' }]);
  });

  it('on a disk that is filling up warns', async () => {
    settings();
    const { failed, of } = await told(withMounts('mount -t tmpfs -o size=20m tmpfs /mnt && mkdir -m 700 /mnt/state'));
    expect(failed).toEqual([]);
    expect(of('daemon.disk')).toMatchObject([{ result: 'warn', found: expect.stringContaining('20 MB') }]);
  });

  it('on a disk that takes nothing is the one cause', async () => {
    settings();
    const { failed, of } = await told(
      withMounts('mount -t tmpfs -o size=200m tmpfs /mnt && mkdir -m 700 /mnt/state && mount -o remount,ro /mnt'),
    );
    expect(failed).toEqual(['daemon.state-folder']);
    expect(of('daemon.state-folder')[0]?.found).toContain('Nothing can be written');
    for (const id of ['daemon.ledger-writable', 'daemon.running']) expect(of(id), id).toMatchObject([{ result: 'skip' }]);
  });

  it('that cannot be made is told with the folder above', async () => {
    settings();
    const { failed, of } = await told(withMounts('mount -t tmpfs -o size=200m,ro tmpfs /mnt'));
    expect(failed).toEqual(['daemon.state-folder']);
    expect(of('daemon.state-folder')[0]?.fix).toContain('write to /mnt');
  });
});

describe('daemon.state-folder', () => {
  const seen = () => view({ settings: { stateDir: state } });

  it('warns of a folder that others can look into', async () => {
    mkdirSync(state, { mode: 0o700 });
    expect(await one(daemonStateFolder, seen())).toMatchObject({ result: 'pass' });
    chmodSync(state, 0o755);
    expect(await one(daemonStateFolder, seen())).toMatchObject({ result: 'warn', found: expect.stringContaining('mode 755') });
  });

  it('fails with a file in its place, and with one of another user', async () => {
    writeFileSync(state, '');
    expect(await one(daemonStateFolder, seen())).toMatchObject({ result: 'fail', found: expect.stringContaining('but is none') });
    const file = (path: string) => ({ path, kind: 'folder' as const, mode: 0o700, own: false, size: 0, code: null });
    const foreign = view({ machine: { file }, settings: { stateDir: state } });
    expect(await one(daemonStateFolder, foreign)).toMatchObject({
      result: 'fail',
      found: expect.stringContaining('another user'),
    });
  });

  it('fails with a path that leads through a file', async () => {
    writeFileSync(state, '');
    const below = view({ settings: { stateDir: join(state, 'below') } });
    expect(await one(daemonStateFolder, below)).toMatchObject({ result: 'fail', evidence: { code: 'ENOTDIR' } });
    expect(await one(daemonDisk, below)).toMatchObject({ result: expect.stringMatching(/pass|warn/) });
  });
});

describe('daemon.settings', () => {
  it('tells the setting that cannot be used, and the daemon that cannot start is left out', async () => {
    writeConfig(home, [], { watchEvery: 'often' });
    const { failed, of } = await told();
    expect(failed).toEqual(['daemon.settings']);
    expect(of('daemon.settings')).toMatchObject([{ subject: 'watchEvery', found: expect.stringContaining('~/config.toml') }]);
    expect(of('daemon.running')).toMatchObject([{ result: 'skip' }]);
  });

  it('leaves a driver that is not there to its own check', async () => {
    const problems = [{ key: 'drivers', source: 'configuration', expected: 'names /nowhere.so, which does not exist' }];
    expect(await one(daemonSettings, view({ settings: { problems } }))).toMatchObject({ result: 'pass' });
  });
});

describe('daemon.single-instance', () => {
  it('warns of a second one in the usual folders, and not of the only one', async () => {
    const second = await startTestDaemon({ settings: { runtimeDir: join(home, 'signet') } });
    cleanUps.push(() => second.dispose());
    const machine = { env: { XDG_RUNTIME_DIR: home } };
    const beside = (runtimeDir: string) => one(daemonSingleInstance, view({ machine, settings: { runtimeDir } }));
    expect(await beside(join(home, 'signet'))).toMatchObject({ result: 'pass' });
    expect(await beside(join(home, 'elsewhere'))).toMatchObject({ result: 'pass' });
    const first = await startTestDaemon({ settings: { runtimeDir: join(home, 'elsewhere') } });
    cleanUps.push(() => first.dispose());
    expect(await beside(join(home, 'elsewhere'))).toMatchObject({ result: 'warn', fix: 'End one of the two.' });
  });
});

describe('what the past tells', () => {
  const crashed = (at: string) =>
    view({
      history: () => ({ auditSound: true, lastCrash: { driver: 'opensc', at } }),
      machine: { now: () => Date.parse('2026-05-10T00:00:00Z') },
    });

  it('is a hint for a week', async () => {
    expect(await one(daemonLastCrash, crashed('2026-05-09T11:22:33.000Z'))).toMatchObject({
      result: 'warn',
      severity: 'notice',
      found: expect.stringContaining('opensc crashed on 2026-05-09 11:22 UTC'),
    });
    expect(await one(daemonLastCrash, crashed('2026-05-01T00:00:00.000Z'))).toMatchObject({ result: 'pass' });
    expect(await one(daemonLastCrash, view())).toMatchObject({ result: 'pass' });
  });

  it('is unknown without a database that can be read', async () => {
    mkdirSync(state);
    const seen = view({ history: () => null, settings: { stateDir: state } });
    expect(await one(daemonAuditSound, seen)).toMatchObject({ result: 'pass', found: 'There is no record yet.' });
    writeFileSync(join(state, 'signet.db'), '');
    expect(await one(daemonAuditSound, seen)).toMatchObject({ result: 'unknown' });
  });
});

describe('daemon.log-level', () => {
  it.each([
    ['warn', 'pass'],
    ['silent', 'pass'],
    ['debug', 'warn'],
    ['trace', 'warn'],
  ])('%s is a %s', async (logLevel, result) => {
    expect(await one(daemonLogLevel, view({ settings: { logLevel } }))).toMatchObject({ result });
  });
});

it('nothing is said twice of one cause: no room for the database is the disk that is full', async () => {
  const seen = view({ database: () => 'full', machine: { freeBytes: () => 4_096 } });
  const { checks } = await run([daemonDisk, daemonLedgerWritable, daemonAuditSound], seen);
  expect(checks.map(({ id, result }) => [id, result])).toEqual([
    ['daemon.disk', 'fail'],
    ['daemon.ledger-writable', 'skip'],
    ['daemon.audit-sound', 'skip'],
  ]);
});
