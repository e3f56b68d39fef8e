import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extConnected, extNativeManifest } from '../../../src/diagnostics/checks/ext.ts';
import type { Machine, ProgramAnswer } from '../../../src/diagnostics/index.ts';
import { thisMachine } from '../../../src/diagnostics/index.ts';
import { writeConfig } from '../../fixture/index.ts';
import { doctor } from './doctor.ts';
import { one, run, view } from './world.ts';

const CHROMIUM = '.config/chromium/NativeMessagingHosts';
const FIREFOX = '.mozilla/native-messaging-hosts';
const ORIGIN = 'chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/';

let home: string;
let program: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-ext-'));
  program = join(home, 'host');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** This machine, with nobody's files but those under `home`. */
function machine(changes: Partial<Machine> = {}): Partial<Machine> {
  const real = thisMachine({});
  const inside = (path: string) => path.startsWith(home);
  return {
    platform: 'linux',
    home,
    env: {},
    file: (path) => (inside(path) ? real.file(path) : { ...real.file('/nowhere'), path }),
    folder: (path) => (inside(path) ? real.folder(path) : []),
    read: (path, limit) => (inside(path) ? real.read(path, limit) : null),
    ...changes,
  };
}

const seen = (changes: Partial<Machine> = {}) => view({ machine: machine(changes) });
const sound = () => ({ name: 'eu.webeid', description: 'x', path: program, type: 'stdio', allowed_origins: [ORIGIN] });

function put(folder: string, content: unknown, name = 'eu.webeid'): string {
  const path = join(home, folder, `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('ext.connected', () => {
  it('passes where there is no browser', async () => {
    expect(await one(extConnected, seen())).toMatchObject({ result: 'pass', found: expect.stringContaining('No browser') });
  });

  it('gives one hint for all browsers without a manifest', async () => {
    mkdirSync(join(home, '.config/chromium'), { recursive: true });
    mkdirSync(join(home, '.config/vivaldi'), { recursive: true });
    mkdirSync(join(home, '.mozilla/firefox'), { recursive: true });
    put(CHROMIUM, sound());
    expect(await one(extConnected, seen())).toMatchObject({
      result: 'warn',
      severity: 'notice',
      found: expect.stringContaining('Vivaldi, Firefox.'),
      fix: expect.stringContaining('signet install'),
      evidence: { browsers: 'chromium vivaldi firefox' },
    });
  });

  it('passes when each has one', async () => {
    put(CHROMIUM, sound());
    expect(await one(extConnected, seen())).toMatchObject({ result: 'pass', found: expect.stringContaining('Chromium') });
  });

  it('does not take one that lies astray for a connection', async () => {
    put('.config/chromium/native-messaging-hosts', sound());
    expect(await one(extConnected, seen())).toMatchObject({ result: 'warn', found: expect.stringContaining('Chromium') });
  });

  it('finds the browsers of this machine', async () => {
    expect((await run([extConnected, extNativeManifest], view())).summary.fail).toBe(0);
  });
});

describe('ext.native-manifest', () => {
  it('passes without any, and with one that is in order in each family', async () => {
    expect(await one(extNativeManifest, seen())).toMatchObject({ result: 'pass' });
    put(CHROMIUM, sound());
    const { allowed_origins: _origins, ...rest } = sound();
    put(FIREFOX, { ...rest, allowed_extensions: ['{e68418bc-f2b0-4459-a9ea-3e72b6751b07}', 'signet@example.org'] });
    const { checks } = await run([extNativeManifest], seen());
    expect(checks.map(({ subject, result }) => `${subject} ${result}`).sort()).toEqual([
      'chromium/eu.webeid pass',
      'firefox/eu.webeid pass',
    ]);
  });

  it('follows a link to the file that a package keeps elsewhere', async () => {
    mkdirSync(join(home, CHROMIUM), { recursive: true });
    symlinkSync(put('package', sound()), join(home, CHROMIUM, 'eu.webeid.json'));
    expect(await one(extNativeManifest, seen())).toMatchObject({ result: 'pass' });
  });

  it.each<[string, string | Record<string, unknown>, string]>([
    ['cut off', '{"name": "eu.we', 'is not JSON'],
    ['empty', '', 'is not JSON'],
    ['a list', [] as never, 'is not JSON'],
    ['for another host', { name: 'eu.webeID' }, 'is not eu.webeid'],
    ['without a name', { name: undefined }, 'is not eu.webeid'],
    ['of another type', { type: 'pipe' }, 'is not stdio'],
    ['without a program', { path: '' }, 'names no program'],
    ['with a program that is a number', { path: 7 }, 'names no program'],
    ['with a path from nowhere', { path: 'bin/host' }, 'bin/host'],
    ['with a program that is gone', { path: '/nowhere/host' }, 'is not there: /nowhere/host'],
    ['for nobody', { allowed_origins: [] }, 'allowed_origins'],
    ['for any site', { allowed_origins: ['*'] }, 'allowed_origins'],
    ['for an origin without its last slash', { allowed_origins: [ORIGIN.slice(0, -1)] }, 'allowed_origins'],
    ['of the other family', { allowed_origins: undefined, allowed_extensions: ['a@b'] }, 'allowed_origins'],
  ])('fails with one that is %s', async (_how, changes, found) => {
    put(CHROMIUM, typeof changes === 'string' || Array.isArray(changes) ? changes : { ...sound(), ...changes });
    expect(await one(extNativeManifest, seen())).toMatchObject({
      result: 'fail',
      subject: 'chromium/eu.webeid',
      found: expect.stringContaining(found),
    });
  });

  it('fails with a program that may not be started', async () => {
    chmodSync(program, 0o644);
    put(CHROMIUM, sound());
    expect(await one(extNativeManifest, seen())).toMatchObject({
      result: 'fail',
      fix: expect.stringContaining(`chmod +x ${program}`),
    });
  });

  it('fails with a script of ours that leads to a program which has moved', async () => {
    const script = join(home, "it's signet-host-eu.webeid");
    const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
    program = join(home, 'signet-host-eu.webeid');
    const write = (node: string): void =>
      writeFileSync(program, `#!/bin/sh\nexec ${quoted(node)} ${quoted(script)} eu.webeid "$@"\n`, { mode: 0o755 });
    write(process.execPath);
    put(CHROMIUM, sound());
    const outside = { file: thisMachine({}).file };
    expect(await one(extNativeManifest, seen(outside))).toMatchObject({ result: 'fail', found: expect.stringContaining(script) });
    writeFileSync(script, '');
    expect(await one(extNativeManifest, seen(outside))).toMatchObject({ result: 'pass' });
    write('/nowhere/node');
    expect(await one(extNativeManifest, seen(outside))).toMatchObject({ fix: expect.stringContaining('signet install') });
  });

  it('fails with a file that cannot be read', async () => {
    mkdirSync(join(home, CHROMIUM, 'signet.json'), { recursive: true });
    expect(await one(extNativeManifest, seen())).toMatchObject({ result: 'fail', subject: 'chromium/signet' });
  });

  it.each(['native-messaging-hosts', 'nativemessaginghosts', 'NativeMessaginghosts'])(
    'finds a folder spelled %s',
    async (folder) => {
      put(`.config/chromium/${folder}`, sound());
      expect(await one(extNativeManifest, seen())).toMatchObject({
        result: 'fail',
        fix: expect.stringContaining('~/.config/chromium/NativeMessagingHosts'),
      });
    },
  );

  it('is told by the whole doctor of a home with a broken one, and of a browser without any', async () => {
    writeConfig(home);
    put(CHROMIUM, '{"name": "eu.webeid", "path": ');
    mkdirSync(join(home, '.mozilla/firefox'), { recursive: true });
    const { of } = await doctor(home, { ids: ['ext.native-manifest', 'ext.connected'] });
    expect(of('ext.native-manifest').filter(({ subject }) => subject?.startsWith('chromium'))).toMatchObject([
      { result: 'fail', found: expect.stringContaining(`~/${CHROMIUM}/eu.webeid.json`), fix: expect.stringContaining('again') },
    ]);
    expect(of('ext.connected')).toMatchObject([
      { result: 'warn', severity: 'notice', found: expect.stringContaining('Firefox') },
    ]);
  });

  it('looks where macOS browsers look', async () => {
    put('Library/Application Support/Google/Chrome/NativeMessagingHosts', sound());
    put('Library/Application Support/Mozilla/NativeMessagingHosts', sound());
    const { checks } = await run([extNativeManifest], seen({ platform: 'darwin' }));
    expect(checks.map(({ subject, result }) => `${subject} ${result}`).sort()).toEqual([
      'chrome/eu.webeid pass',
      'firefox/eu.webeid fail',
    ]);
  });

  it('asks the registry on Windows', async () => {
    const asked: string[] = [];
    const answer = (stdout: string, code: number): ProgramAnswer => ({ code, signal: null, stdout, stderr: '', error: null });
    const windows: Partial<Machine> = {
      platform: 'win32',
      env: { ProgramFiles: 'C:\\Program Files' },
      run: async (name, args) => {
        asked.push(`${name} ${args.join(' ')}`);
        const key = 'HKCU\\Software\\Google\\Chrome\\NativeMessagingHosts\\signet';
        const told = `\r\n${key}\r\n    (Standard)    REG_SZ    C:\\Signet files\\signet.json\r\n\r\n`;
        return args[1] === key ? answer(told, 0) : answer('', 1);
      },
      read: (path) =>
        path === 'C:\\Signet files\\signet.json'
          ? Buffer.from(JSON.stringify({ ...sound(), name: 'signet', path: 'host.bat' }))
          : null,
      file: (path) => ({
        path,
        kind: path === 'C:\\Signet files\\host.bat' ? 'file' : null,
        mode: null,
        own: null,
        size: 1,
        code: null,
      }),
    };
    const { checks } = await run([extNativeManifest], seen(windows));
    expect(checks).toMatchObject([{ subject: 'chrome/signet', result: 'pass' }]);
    expect(asked).toContain('reg query HKLM\\Software\\Mozilla\\NativeMessagingHosts\\eu.webeid /ve');
  });
});
