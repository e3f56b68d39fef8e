import { describe, expect, it } from 'vitest';
import { driverConfiguration } from '../../../src/diagnostics/checks/driver-configuration.ts';
import { driverFound } from '../../../src/diagnostics/checks/driver-found.ts';
import { driverCrashes, driverFlagsReliable, driverVersion } from '../../../src/diagnostics/checks/driver-record.ts';
import { driverInitialises, driverLoads } from '../../../src/diagnostics/checks/driver-starts.ts';
import type { DriverView, Machine, ProbeAnswer, TokenView } from '../../../src/diagnostics/index.ts';
import { type DriverStatus, loadCatalogue, profileFor } from '../../../src/drivers/index.ts';
import { one, pin, run, token, view } from './world.ts';

const catalogue = loadCatalogue();

function driver(changes: Partial<DriverView> = {}): DriverView {
  const library = changes.library ?? '/opt/libmaker.so';
  return {
    id: 'driver',
    name: 'Maker',
    library,
    origin: 'configured',
    environment: {},
    status: null,
    profile: profileFor(library, catalogue),
    ...changes,
  };
}

function status(changes: Partial<DriverStatus> = {}): DriverStatus {
  const quiet = { crashes: 0, lastError: null, queueLength: 0, pid: 1 };
  return { id: 'driver', name: 'Maker', library: '/opt/libmaker.so', state: 'running', version: '1.0', ...quiet, ...changes };
}

function answer(changes: Partial<ProbeAnswer>): ProbeAnswer {
  return { stage: 'done', outcome: 'ok', detail: null, version: '1.0', slots: 0, tokens: 0, readers: [], ...changes };
}

describe('driver.loads and driver.initialises', () => {
  const look = (seen: Partial<ProbeAnswer>) => view({ drivers: () => [driver()], probe: async () => answer(seen) });

  it('tell by the step what went wrong', async () => {
    const stages = [
      [{ stage: 'load', outcome: 'error', detail: 'file too short' }, 'fail', /refuses to load/],
      [{ stage: 'load', outcome: 'crashed', detail: 'SIGSEGV' }, 'fail', /crashes as soon as it is loaded \(SIGSEGV\)/],
      [{ stage: 'load', outcome: 'hung' }, 'fail', /hangs as soon as it is loaded/],
      [{ stage: 'initialise', outcome: 'crashed', detail: 'SIGABRT' }, 'pass', /can be loaded/],
    ] as const;
    for (const [seen, result, found] of stages) {
      const told = await one(driverLoads, look(seen));
      expect(told.result).toBe(result);
      expect(told.found).toMatch(found);
    }
    const refused = await one(driverInitialises, look({ stage: 'initialise', outcome: 'error', detail: 'CKR_GENERAL_ERROR' }));
    expect(refused.found).toContain('CKR_GENERAL_ERROR');
    expect((await one(driverInitialises, look({ stage: 'initialise', outcome: 'hung' }))).found).toMatch(/hangs when it starts/);
    expect((await one(driverInitialises, look({ stage: 'list', outcome: 'crashed', detail: 'SIGSEGV' }))).found).toMatch(
      /SIGSEGV/,
    );
  });

  it.each([
    ['libfoo.so.1: cannot open shared object file: No such file or directory', 'libfoo.so.1'],
    ['Error loading shared library libfoo.so.1: No such file or directory (needed by /x.so)', 'libfoo.so.1'],
    [
      "dlopen(/x.dylib, 0x0002): Library not loaded: /usr/lib/libfoo.dylib\n  Referenced from: '/x.dylib'",
      '/usr/lib/libfoo.dylib',
    ],
  ])('name the library that another one needs: %s', async (detail, missing) => {
    const told = await one(driverLoads, look({ stage: 'load', outcome: 'error', detail }));
    expect(told.found).toContain(missing);
  });

  it('warn, and hold up the rest of it, where nobody asked for the driver and tokens show', async () => {
    const seen = (origin: DriverView['origin'], tokens: number) =>
      view({
        drivers: () => [driver({ origin })],
        tokens: Array.from({ length: tokens }, () => token()),
        probe: async () => answer({ stage: 'load', outcome: 'hung' }),
      });
    for (const [origin, tokens, result] of [
      ['catalogue', 1, 'warn'],
      ['catalogue', 0, 'fail'],
      ['configured', 1, 'fail'],
    ] as const) {
      const { checks } = await run([driverLoads, driverInitialises], seen(origin, tokens));
      expect(checks.map((check) => check.result)).toEqual([result, 'skip']);
    }
  });

  it('do not try a driver that serves', async () => {
    const serving = view({ drivers: () => [driver({ status: status() })] });
    for (const check of [driverLoads, driverInitialises]) expect(await one(check, serving)).toMatchObject({ result: 'pass' });
  });
});

describe('driver.found', () => {
  const machine: Partial<Machine> = {
    home: '/home/ana',
    file: (path) => ({
      path,
      kind: path.endsWith('.so') ? 'file' : null,
      mode: null,
      own: null,
      size: null,
      code: path.endsWith('locked') ? 'EACCES' : null,
    }),
  };

  it('misses all of them, those named, and those that are for a card', async () => {
    expect((await one(driverFound, view({ machine }))).found).toMatch(/no driver/);
    const gone = view({ machine, drivers: () => [driver({ library: '/home/ana/gone' })] });
    expect((await one(driverFound, gone)).found).toContain('~/gone');
    const locked = view({ machine, drivers: () => [driver({ library: '/opt/locked' })] });
    expect((await one(driverFound, locked)).fix).toMatch(/administrator/);
    const practice = view({ machine, drivers: () => [driver({ origin: 'practice' })] });
    expect((await run([driverFound], practice)).checks.map(({ result }) => result)).toEqual(['warn', 'pass']);
  });
});

describe('driver.configuration', () => {
  const softhsm = driver({ library: '/usr/lib/libsofthsm2.so', environment: { SOFTHSM2_CONF: '/conf' } });
  const look = (may: Machine['may'], kinds: Record<string, 'file' | 'folder'>) =>
    one(
      driverConfiguration,
      view({
        drivers: () => [softhsm],
        machine: {
          may,
          file: (path) => ({ path, kind: kinds[path] ?? null, mode: null, own: null, size: null, code: null }),
          read: () => Buffer.from('# mine\n directories.tokendir = /tokens \n'),
        },
      }),
    );
  const all = { '/conf': 'file', '/tokens': 'folder' } as const;

  it('tells which part this user may not use', async () => {
    expect(await look(() => true, all)).toMatchObject({ result: 'pass' });
    expect((await look((path) => path !== '/conf', all)).found).toMatch(/cannot read its settings file/);
    expect((await look((path) => path !== '/tokens', all)).found).toMatch(/may not read the folder/);
    expect(await look((path, what) => path !== '/tokens' || what !== 'write', all)).toMatchObject({ result: 'warn' });
  });

  it('knows that openCryptoki needs its service', async () => {
    const slots = (changes: Partial<DriverView>, kind: 'socket' | null, tokens: readonly TokenView[] = []) =>
      one(
        driverConfiguration,
        view({
          drivers: () => [driver({ library: '/usr/lib/libopencryptoki.so', ...changes })],
          tokens,
          machine: { file: (path) => ({ path, kind, mode: null, own: null, size: null, code: null }) },
        }),
      );
    expect((await slots({}, null)).found).toMatch(/pkcsslotd/);
    // Of the package alone, with another token at work, it is no more than good to know.
    const other = { origin: 'catalogue' } as const;
    expect(await slots(other, null)).toMatchObject({ result: 'fail', severity: 'error' });
    expect(await slots(other, null, [token()])).toMatchObject({ result: 'warn', severity: 'notice' });
    expect(await slots({}, 'socket')).toMatchObject({ result: 'pass' });
    expect(await slots({ status: status() }, null)).toMatchObject({ result: 'pass' });
  });
});

describe('what is known of a driver', () => {
  const ykcs11 = (version: string) =>
    one(driverVersion, view({ drivers: () => [driver({ library: '/usr/lib/libykcs11.so', status: status({ version }) })] }));

  it('is that an old version misleads', async () => {
    expect((await ykcs11('1.7')).found).toMatch(/always says that the PIN is fine/);
    expect(await ykcs11('2.3')).toMatchObject({ result: 'pass', evidence: { version: '2.3' } });
  });

  it('is that it crashed', async () => {
    const crashed = view({ drivers: () => [driver({ status: status({ crashes: 3, lastError: 'SIGSEGV' }) })] });
    expect(await one(driverCrashes, crashed)).toMatchObject({ result: 'warn', evidence: { crashes: 3, lastError: 'SIGSEGV' } });
    expect(await one(driverCrashes, view({ drivers: () => [driver({ status: status() })] }))).toMatchObject({ result: 'pass' });
  });

  it('is that it said nothing of a wrong PIN', async () => {
    const silent = (library: string) =>
      one(
        driverFlagsReliable,
        view({ drivers: () => [driver({ library })], tokens: [token({ pin: pin({ flagsReliable: 'no' }) })] }),
      );
    expect(await silent('/opt/libmaker.so')).toMatchObject({ result: 'warn' });
    expect(await silent('/usr/lib/libsofthsm2.so')).toMatchObject({ result: 'pass', evidence: { known: true } });
  });
});
