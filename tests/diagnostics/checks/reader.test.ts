import { describe, expect, it } from 'vitest';
import { cardPresent, cardRecognised } from '../../../src/diagnostics/checks/card.ts';
import { pcscIdleExit } from '../../../src/diagnostics/checks/pcsc-idle-exit.ts';
import { pcscService } from '../../../src/diagnostics/checks/pcsc-service.ts';
import { readerDriver, readerPresent } from '../../../src/diagnostics/checks/reader.ts';
import { readerExclusive } from '../../../src/diagnostics/checks/reader-exclusive.ts';
import { tokenInitialised, tokenPresent } from '../../../src/diagnostics/checks/token.ts';
import type { DriverView, Machine, ProgramAnswer, Report, TokenView, View } from '../../../src/diagnostics/index.ts';
import { loadCatalogue, profileFor, type SlotLook } from '../../../src/drivers/index.ts';
import { type Changes, one, pin, run, token, view } from './world.ts';

const catalogue = loadCatalogue();
const SOCKET = '/run/pcscd/pcscd.comm';

function driver(id: string, library: string, environment = {}): DriverView {
  return { id, name: id, library, origin: 'configured', environment, status: null, profile: profileFor(library, catalogue) };
}

const opensc = driver('opensc', '/usr/lib/opensc-pkcs11.so');
const softhsm = driver('softhsm2', '/usr/lib/libsofthsm2.so');

function slot(changes: Partial<SlotLook> = {}): SlotLook {
  return { name: 'Reader 00', hardware: true, card: false, unreadable: null, ...changes };
}

const probed =
  (...readers: SlotLook[]): View['probe'] =>
  async () => ({ stage: 'done', outcome: 'ok', detail: null, version: '1.0', slots: readers.length, tokens: 0, readers });

/** A machine whose programs print what is told here, by name. */
function programs(outputs: Record<string, string | null>): Machine['run'] {
  return async (program, args): Promise<ProgramAnswer> => {
    const stdout = outputs[`${program} ${args[0]}`] ?? outputs[program];
    if (stdout === undefined || stdout === null) return { code: null, signal: null, stdout: '', stderr: '', error: 'ENOENT' };
    return { code: 0, signal: null, stdout, stderr: '', error: null };
  };
}

/** USB devices as the kernel shows them: one reader. */
const usb: Partial<Machine> = {
  platform: 'linux',
  folder: (path) => (path === '/sys/bus/usb/devices' ? ['usb1', '1-2', '1-2:1.0', '1-3:1.0'] : []),
  read: (path) => {
    const files: Record<string, string> = {
      '1-2:1.0/bInterfaceClass': '0b\n',
      '1-3:1.0/bInterfaceClass': '03\n',
      '1-2/product': 'CCID Reader\n',
    };
    const text = files[path.replace('/sys/bus/usb/devices/', '')];
    return text === undefined ? null : Buffer.from(text);
  },
};

const cards = (changes: Changes): View => view({ catalogue, drivers: () => [opensc], probe: probed(), ...changes });

describe('pcsc.service', () => {
  const linux = (connect: string | null, changes: Partial<Machine> = {}) =>
    cards({ machine: { platform: 'linux', connect: async () => connect, run: programs({}), ...changes } });
  const there: Machine['file'] = (path) => ({ path, kind: 'file', mode: 0o755, own: false, size: 1, code: null });
  const absent: Machine['file'] = (path) => ({ path, kind: null, mode: null, own: null, size: null, code: null });

  it('answers, or says why not', async () => {
    expect(await one(pcscService, linux(null))).toMatchObject({ result: 'pass' });
    expect((await one(pcscService, linux('ENOENT', { file: absent }))).found).toMatch(/not installed/);
    expect((await one(pcscService, linux('ECONNREFUSED', { file: there }))).found).toMatch(/not running/);
    expect((await one(pcscService, linux('EACCES', { file: there }))).found).toMatch(/does not let this user in/);
    const masked = linux('ENOENT', { file: there, run: programs({ systemctl: 'masked\n' }) });
    expect((await one(pcscService, masked)).fix).toMatch(/unmask/);
  });

  it('is asked at the socket that the driver will ask at', async () => {
    const asked: (string | number)[] = [];
    const connect: Machine['connect'] = async (place) => {
      asked.push(place);
      return null;
    };
    const elsewhere = driver('opensc-2', '/usr/lib/opensc-pkcs11.so', { PCSCLITE_CSOCK_NAME: '/elsewhere' });
    const seen = cards({ machine: { platform: 'linux', connect }, drivers: () => [opensc, elsewhere] });
    const report = await pcscService.run(seen, new AbortController().signal);
    expect(asked).toEqual([SOCKET, '/elsewhere']);
    expect([report].flat().map(({ subject }) => subject)).toEqual([SOCKET, '/elsewhere']);
  });

  it('is not needed where no driver is for cards', async () => {
    expect(await one(pcscService, cards({ drivers: () => [softhsm] }))).toMatchObject({
      result: 'skip',
      skippedBecause: 'not_needed',
    });
  });

  it('is told as a notice where a token in software works and nothing here is for readers', async () => {
    const down: Partial<Machine> = { platform: 'linux', connect: async () => 'ENOENT', run: programs({}), file: there };
    const installed: DriverView = { ...opensc, origin: 'catalogue' };
    const look = (tokens: readonly TokenView[], changes: Changes = {}) =>
      run(
        [pcscService, tokenPresent, tokenInitialised],
        cards({ machine: down, drivers: () => [installed, softhsm], tokens, ...changes }),
      );
    const ofCards = (report: Report) => report.checks.find(({ id }) => id === 'pcsc.service');
    const inSoftware = token({ driverId: 'softhsm2' });

    const practising = await look([inSoftware]);
    expect(ofCards(practising)).toMatchObject({ result: 'warn', severity: 'notice' });
    const blank = await look([{ ...inSoftware, flags: 0 }]);
    expect(blank.summary.startHere).toBe('token.initialised');

    const alone = await look([]);
    expect(ofCards(alone)).toMatchObject({ result: 'fail', severity: 'error' });
    expect(alone.summary.startHere).toBe('pcsc.service');

    for (const [tokens, changes] of [
      [[inSoftware], { machine: { ...down, ...usb } }],
      [[{ ...inSoftware, pin: pin({ state: 'locked' }) }], {}],
      [[inSoftware, token({ id: 'token-2', driverId: 'opensc' })], {}],
    ] as const) {
      expect(ofCards(await look(tokens, changes))).toMatchObject({ result: 'warn', severity: 'error' });
    }
    expect(ofCards(await look([inSoftware], { drivers: () => [opensc, softhsm] }))).toMatchObject({ result: 'fail' });
  });

  it('is needed by a driver that nobody knows when it shows readers, or nothing', async () => {
    const generic = driver('generic', '/opt/libnew.so');
    const machine = { platform: 'linux' as const, connect: async () => 'ENOENT', run: programs({}), file: there };
    const look = (...readers: SlotLook[]) =>
      one(pcscService, cards({ machine, drivers: () => [generic], probe: probed(...readers) }));
    expect(await look()).toMatchObject({ result: 'fail' });
    expect(await look(slot())).toMatchObject({ result: 'fail' });
    expect(await look(slot({ hardware: false }))).toMatchObject({ result: 'skip' });
  });

  it('on Windows runs, comes by itself, or was switched off', async () => {
    const windows = (query: string | null, start: string) =>
      one(pcscService, cards({ machine: { platform: 'win32', run: programs({ 'sc query': query, 'sc qc': start }) } }));
    const demand = '        START_TYPE         : 3   DEMAND_START\r\n';
    expect(await windows('        STATE              : 4  RUNNING\r\n', demand)).toMatchObject({ result: 'pass' });
    expect((await windows('        STATE              : 1  STOPPED\r\n', demand)).found).toMatch(/when a reader is plugged in/);
    expect((await windows('        STATE              : 1  STOPPED\r\n', demand.replace('3', '4'))).found).toMatch(
      /switched off/,
    );
    expect(await windows(null, '')).toMatchObject({ result: 'unknown' });
  });

  it('on macOS is known to the system', async () => {
    const macos = (run: Machine['run']) => one(pcscService, cards({ machine: { platform: 'darwin', run } }));
    expect(await macos(programs({ launchctl: 'state = running' }))).toMatchObject({ result: 'pass' });
    expect(await macos(programs({}))).toMatchObject({ result: 'unknown' });
    expect(await macos(async () => ({ code: 113, signal: null, stdout: '', stderr: '', error: null }))).toMatchObject({
      result: 'fail',
    });
  });
});

describe('pcsc.idle-exit', () => {
  const look = (ps: string, unit: string) =>
    one(pcscIdleExit, cards({ machine: { platform: 'linux', run: programs({ ps, systemctl: unit }) } }));

  it('is a matter where nothing would start it again', async () => {
    expect(await look('/usr/sbin/pcscd --foreground --auto-exit\n', 'inactive\n')).toMatchObject({ result: 'warn' });
    expect(await look('/usr/sbin/pcscd -fx\n', 'failed\n')).toMatchObject({ result: 'warn' });
    expect(await look('/usr/sbin/pcscd --foreground --auto-exit\n', 'active\n')).toMatchObject({ result: 'pass' });
    expect(await look('/usr/sbin/pcscd --foreground\n', 'inactive\n')).toMatchObject({ result: 'pass' });
  });
});

describe('reader.exclusive', () => {
  const look = (ps: string, probe: View['probe'], machine: Partial<Machine> = usb) =>
    one(readerExclusive, cards({ machine: { ...machine, run: programs({ ps, tasklist: ps }) }, probe }));

  it('names the program that holds a reader which nobody shows, or a card which nobody can read', async () => {
    expect((await look('bash\nscdaemon\n', probed())).found).toContain('scdaemon');
    const held = probed(slot({ card: true, unreadable: 'CKR_DEVICE_ERROR' }));
    expect(await look('/usr/lib/gnupg/scdaemon\n', held, { ...usb, folder: () => [] })).toMatchObject({ result: 'fail' });
    const windows = '"scdaemon.exe","4711","Console","1","3,000 K"\r\n';
    expect(await look(windows, held, { platform: 'win32' })).toMatchObject({ result: 'fail' });
  });

  it('says nothing of a program that is no trouble', async () => {
    expect(await look('scdaemon\n', probed(slot()))).toMatchObject({ result: 'pass' });
    expect(await look('bash\n', probed())).toMatchObject({ result: 'pass' });
  });
});

describe('reader.driver', () => {
  const look = (machine: Partial<Machine>, ...readers: SlotLook[]) =>
    one(readerDriver, cards({ machine, probe: probed(...readers) }));

  it('misses a reader that hangs on USB', async () => {
    expect((await look(usb)).found).toContain('CCID Reader');
    expect(await look(usb, slot())).toMatchObject({ result: 'pass' });
    expect(await look({ ...usb, folder: () => [] })).toMatchObject({ result: 'pass' });
  });
});

describe('reader.present and card.present', () => {
  it('fail when nothing is there, and warn when tokens of another kind are', async () => {
    const [none, empty] = [cards({}), cards({ probe: probed(slot()) })];
    expect(await one(readerPresent, none)).toMatchObject({ result: 'fail' });
    expect(await one(readerPresent, cards({ tokens: [token()] }))).toMatchObject({ result: 'warn', severity: 'notice' });
    const ofReader = token({ driverId: 'opensc' });
    expect(await one(readerPresent, cards({ tokens: [ofReader] }))).toMatchObject({ result: 'warn', severity: 'error' });
    expect(await one(readerPresent, empty)).toMatchObject({ result: 'pass', found: 'Reader 00' });
    expect(await one(cardPresent, none)).toMatchObject({ result: 'skip' });
    expect(await one(cardPresent, empty)).toMatchObject({ result: 'fail' });
    expect(await one(cardPresent, cards({ probe: probed(slot()), tokens: [token()] }))).toMatchObject({ result: 'warn' });
    expect(await one(cardPresent, cards({ probe: probed(slot({ card: true })) }))).toMatchObject({ result: 'pass' });
  });

  it('do not arise where no driver could tell', async () => {
    const broken: View['probe'] = async () => ({
      stage: 'load',
      outcome: 'hung',
      detail: null,
      version: null,
      slots: null,
      tokens: null,
    });
    for (const check of [readerPresent, cardPresent])
      expect(await one(check, cards({ probe: broken }))).toMatchObject({ result: 'skip', skippedBecause: 'not_needed' });
  });
});

describe('card.recognised', () => {
  it('takes the word of the driver that can read a card', async () => {
    const strange = slot({ card: true, unreadable: 'CKR_TOKEN_NOT_RECOGNIZED' });
    expect((await one(cardRecognised, cards({ probe: probed(strange) }))).evidence).toEqual({
      answer: 'CKR_TOKEN_NOT_RECOGNIZED',
    });
    const other = driver('opensc-2', '/usr/lib/opensc-pkcs11.so');
    const probe: View['probe'] = (asked, signal) => probed(asked.id === 'opensc' ? strange : slot({ card: true }))(asked, signal);
    expect(await one(cardRecognised, cards({ drivers: () => [opensc, other], probe }))).toMatchObject({ result: 'pass' });
  });
});
