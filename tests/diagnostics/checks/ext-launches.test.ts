import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extNativeLaunches } from '../../../src/diagnostics/checks/ext-launches.ts';
import { type Machine, thisMachine } from '../../../src/diagnostics/index.ts';
import { hostScriptOf, launchOf } from '../../../src/diagnostics/own-host.ts';
import { hostScript } from '../../../src/install/hosts.ts';
import { one, run, view } from './world.ts';

const HOST = join(import.meta.dirname, '../../../src/host/main.ts');
/** In the place of Node.js: it starts, and fails. */
const BROKEN = '/bin/false';
const ever = new AbortController().signal;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-launch-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** This machine, with nobody's files but those under `home` and the programs that a script starts. */
function seen(changes: Partial<Machine> = {}) {
  const real = thisMachine({});
  const inside = (path: string) => path.startsWith(home) || [process.execPath, HOST, BROKEN].includes(path);
  return view({
    machine: {
      platform: 'linux',
      home,
      env: {},
      file: (path) => (inside(path) ? real.file(path) : { ...real.file('/nowhere'), path }),
      folder: (path) => (inside(path) ? real.folder(path) : []),
      read: (path, limit) => (inside(path) ? real.read(path, limit) : null),
      ...changes,
    },
  });
}

/** A script as `signet install` writes it, with a manifest of Firefox that leads to it. */
function installed(text: string, host = 'eu.webeid', name = `signet-host-${host}`): string {
  const script = join(home, name);
  writeFileSync(script, text, { mode: 0o755 });
  const manifest = {
    name: host,
    description: 'x',
    path: script,
    type: 'stdio',
    allowed_extensions: ['{e68418bc-f2b0-4459-a9ea-3e72b6751b07}'],
  };
  const path = join(home, '.mozilla/native-messaging-hosts', `${host}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(manifest));
  return script;
}

const script = (host: string, before = '', node = process.execPath) =>
  `#!/bin/sh\n${before}exec '${node}' '${HOST}' ${host} "$@"\n`;

describe('ext.native-launches', () => {
  it('starts both of our hosts as a browser would, which greet and end', async () => {
    installed(script('eu.webeid'));
    installed(script('signet', `export SIGNET_RUNTIME_DIR='${join(home, 'run')}'\n`), 'signet');
    const { checks } = await run([extNativeLaunches], seen());
    expect(checks.map(({ result, subject }) => [result, subject])).toEqual([
      ['pass', 'firefox/eu.webeid'],
      ['pass', 'firefox/signet'],
    ]);
    expect(checks[0]?.evidence).toEqual({ launched: true, greeting: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    // It has started no daemon.
    expect(thisMachine().folder(join(home, 'run'))).toEqual([]);
  });

  it.each([
    ['another program', `#!/bin/sh\ntouch ran\n`],
    ['a host of another Signet', script('eu.webeid').replace(HOST, '/opt/other/host/main.js')],
    ['one that only mentions ours', `#!/bin/sh\n# exec 'x' '${HOST}' eu.webeid "$@"\ntouch ran\n`],
  ])('does not start %s', async (_what, text) => {
    installed(text.replace('touch ran', `touch '${join(home, 'ran')}'`), 'eu.webeid', 'other-host');
    expect(await one(extNativeLaunches, seen())).toMatchObject({ result: 'pass', evidence: { launched: false } });
    expect(thisMachine().file(join(home, 'ran')).kind).toBeNull();
  });

  it('finds out that Node.js does not run, with the place of the script', async () => {
    installed(script('eu.webeid', '', BROKEN));
    expect(await one(extNativeLaunches, seen())).toMatchObject({
      result: 'fail',
      severity: 'warning',
      found: expect.stringMatching(/cannot start \(1\): ~\/signet-host-eu\.webeid$/),
    });
  });

  it.each([
    ['hangs', { outcome: 'hung' as const }, /starts and then hangs/],
    ['ends', { outcome: 'error' as const, code: 'EACCES' }, /cannot start \(EACCES\)/],
    ['says nothing', { outcome: 'ended' as const, code: 0, host: 'eu.webeid', greeting: null }, /says nothing/],
  ])('tells one that %s', async (_what, answer, found) => {
    installed(script('eu.webeid'));
    const changed = seen({ greet: async () => answer });
    expect(await one(extNativeLaunches, changed)).toMatchObject({ result: 'fail', found: expect.stringMatching(found) });
  });

  it('ends one that hangs when the check is called off', async () => {
    const path = installed(script('eu.webeid', 'exec sleep 100\n'));
    const off = new AbortController();
    const answer = thisMachine({}).greet(path, off.signal);
    off.abort();
    expect(await answer).toEqual({ outcome: 'hung' });
    expect(await thisMachine({}).greet(join(home, 'nothing'), ever)).toEqual({ outcome: 'foreign' });
  });

  it('has nothing to start without a manifest that can be used', async () => {
    expect(await one(extNativeLaunches, seen())).toMatchObject({ result: 'skip', skippedBecause: 'not_needed' });
  });

  it('on Windows starts the script behind the manifest that the registry names', async () => {
    const started: string[] = [];
    const path = 'C:\\Users\\ana\\AppData\\Local\\Signet\\signet-host-signet.cmd';
    const manifest = {
      name: 'signet',
      description: 'x',
      path: 'signet-host-signet.cmd',
      type: 'stdio',
      allowed_origins: ['chrome-extension://abcdefghijklmnopabcdefghijklmnop/'],
    };
    const changed = seen({
      platform: 'win32',
      file: (file) => ({ ...thisMachine({}).file('/nowhere'), path: file, kind: file.startsWith('C:\\') ? 'file' : null }),
      read: (file) => Buffer.from(file === path ? batch() : JSON.stringify(manifest)),
      run: async (_program, [, key]) => {
        const there = key === 'HKLM\\Software\\Google\\Chrome\\NativeMessagingHosts\\signet';
        const stdout = `    (Standard)    REG_SZ    ${path.replace(/[^\\]+$/, 'signet.chromium.json')}\r\n`;
        return { code: there ? 0 : 1, signal: null, stdout: there ? stdout : '', stderr: '', error: null };
      },
      greet: async (file) => {
        started.push(file);
        return { outcome: 'ended', code: 0, host: 'signet', greeting: null };
      },
    });
    expect(await one(extNativeLaunches, changed)).toMatchObject({ result: 'pass', subject: 'chrome/signet' });
    expect(new Set(started)).toEqual(new Set([path]));
  });
});

const PROGRAM = {
  node: 'C:\\Program Files\\nodejs\\node.exe',
  cli: 'C:\\Signet\\cli\\index.js',
  host: 'C:\\100%\\host\\main.js',
  settings: { SIGNET_STATE_DIR: 'D:\\a%b' },
};
const batch = () => hostScript('signet', PROGRAM, 'win32');

describe('the script of a host', () => {
  it('is known as signet install writes it', () => {
    expect(hostScriptOf(batch(), 'win32')).toEqual({ program: PROGRAM.host, host: 'signet' });
    expect(hostScriptOf(batch(), 'linux')).toBeNull();
    const program = { ...PROGRAM, host: "/home/o'neil/main.js" };
    expect(hostScriptOf(hostScript('eu.webeid', program, 'linux'), 'linux')).toEqual({
      program: program.host,
      host: 'eu.webeid',
    });
  });

  it.each([
    ['a line more', () => batch().replace('chcp', 'calc.exe\r\nchcp')],
    ['something after it', () => `${batch()}calc.exe\r\n`],
    ['a command in a remark', () => batch().replace(/^rem .*$/m, 'rem x & calc.exe')],
    ['a command in a setting', () => batch().replace('D:\\', 'D:" & calc.exe & rem "')],
    ['another setting', () => batch().replace('SIGNET_STATE_DIR', 'NODE_OPTIONS')],
    ['a variable for the program', () => batch().replace('C:\\Program Files', '%ANY%')],
    ['more arguments', () => batch().replace(' signet %*', ' signet --eval x %*')],
    ['nothing', () => ''],
  ])('is not ours on Windows with %s', (_what, text) => {
    expect(text()).not.toBe(batch());
    expect(hostScriptOf(text(), 'win32')).toBeNull();
  });

  it('is started on Windows as a browser does it, with little of the surroundings', () => {
    const path = 'C:\\Users\\Ana & Co\\signet-host-eu.webeid.cmd';
    const env = { SystemRoot: 'C:\\WINDOWS', LOCALAPPDATA: 'C:\\L', NODE_OPTIONS: '--inspect', Path: 'C:\\evil' };
    expect(launchOf(path, 'win32', env)).toEqual({
      file: 'C:\\WINDOWS\\System32\\cmd.exe',
      args: ['/d', '/s', '/c', `""${path}""`],
      env: { SystemRoot: 'C:\\WINDOWS', LOCALAPPDATA: 'C:\\L', PATH: 'C:\\WINDOWS\\System32' },
      verbatim: true,
    });
    const onLinux = { file: '/x/signet-host-signet', args: [], env: { HOME: '/home/ana' }, verbatim: false };
    expect(launchOf('/x/signet-host-signet', 'linux', { HOME: '/home/ana', NODE_OPTIONS: '--inspect' })).toEqual(onLinux);
  });

  it.each([
    'C:\\%TEMP%\\signet-host-signet.cmd',
    'C:\\x" & calc.exe & "\\signet-host-signet.cmd',
    'signet-host-signet.cmd',
    '\\\\server\\share\\signet-host-signet.cmd',
    'C:\\Signet\\other.cmd',
    'C:\\Signet\\signet-host-signet.exe',
  ])('is not started on Windows by the path %s', (path) => {
    expect(launchOf(path, 'win32', {})).toBeNull();
  });
});
