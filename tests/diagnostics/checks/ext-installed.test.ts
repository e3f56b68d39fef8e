import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extInstalled } from '../../../src/diagnostics/checks/ext-installed.ts';
import { type Machine, thisMachine } from '../../../src/diagnostics/index.ts';
import { one, view } from './world.ts';

const CHROMIUM_ID = 'abcdefghijklmnopabcdefghijklmnop';
const FIREFOX_ID = '{e68418bc-f2b0-4459-a9ea-3e72b6751b07}';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-profiles-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, content: unknown): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

function manifest(browser: 'chromium' | 'firefox'): void {
  const program = join(home, 'host');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const common = { name: 'eu.webeid', description: 'x', path: program, type: 'stdio' };
  if (browser === 'firefox') {
    put('.mozilla/native-messaging-hosts/eu.webeid.json', { ...common, allowed_extensions: [FIREFOX_ID] });
  } else {
    const allowed_origins = [`chrome-extension://${CHROMIUM_ID}/`];
    put('.config/chromium/NativeMessagingHosts/eu.webeid.json', { ...common, allowed_origins });
  }
}

async function told() {
  const real = thisMachine({});
  // The system's manifests lie there too.
  const moved = (path: string) => (path.startsWith('/etc/opt/') ? join(home, path) : path);
  const inside = (path: string) => moved(path).startsWith(home);
  const machine = {
    platform: 'linux' as const,
    home,
    env: {},
    file: (path: string) => (inside(path) ? real.file(moved(path)) : { ...real.file('/nowhere'), path }),
    folder: (path: string) => (inside(path) ? real.folder(moved(path)) : []),
    read: (path: string, limit?: number) => (inside(path) ? real.read(moved(path), limit) : null),
  };
  return one(extInstalled, view({ machine }));
}

const addons = (...list: unknown[]) => ({ addons: list });
const settings = (value: unknown) => ({ extensions: { settings: { [CHROMIUM_ID]: value, other: { state: 1 } } } });

describe('ext.installed', () => {
  it('asks nothing where no browser has a manifest', async () => {
    expect(await told()).toMatchObject({ result: 'skip', skippedBecause: 'not_needed' });
  });

  it.each([
    [addons({ id: FIREFOX_ID, active: true }), 'pass'],
    [addons({ id: FIREFOX_ID, active: false, userDisabled: true }), 'warn'],
    [addons({ id: 'other@addons.example', active: true }), 'warn'],
    [addons(), 'warn'],
    [addons(null, 'x', 7), 'warn'],
    [{ addons: {} }, 'unknown'],
    ['{"addons": [', 'unknown'],
  ])('with a Firefox profile of %j is %s', async (content, result) => {
    manifest('firefox');
    put('.mozilla/firefox/a.default/extensions.json', content);
    expect(await told()).toMatchObject({ result, severity: 'notice', evidence: { profiles: 1 } });
  });

  it.each([
    [settings({ state: 1 }), 'pass'],
    [settings({ location: 1 }), 'pass'],
    [settings({ state: 1, disable_reasons: [] }), 'pass'],
    [settings({ state: 0, disable_reasons: 1 }), 'warn'],
    [settings({ disable_reasons: [1] }), 'warn'],
    [settings({ state: 2 }), 'warn'],
    [{ extensions: [] }, 'warn'],
    ['nonsense', 'unknown'],
  ])('with a Chromium profile of %j is %s', async (content, result) => {
    manifest('chromium');
    put('.config/chromium/Default/Preferences', content);
    expect(await told()).toMatchObject({ result });
  });

  it('cannot tell from a list that is too large to read', async () => {
    manifest('firefox');
    put('.mozilla/firefox/a.default/extensions.json', ' '.repeat(1024 * 1024));
    expect(await told()).toMatchObject({ result: 'unknown' });
  });

  it('is content with one profile of several, in whichever file it is listed', async () => {
    manifest('chromium');
    put('.config/chromium/Default/Preferences', settings({ state: 0 }));
    put('.config/chromium/Default/Secure Preferences', {});
    expect(await told()).toMatchObject({ result: 'warn', found: expect.stringContaining('switched off') });
    put('.config/chromium/Profile 2/Preferences', {});
    put('.config/chromium/Profile 2/Secure Preferences', settings({ state: 1 }));
    expect(await told()).toMatchObject({ result: 'pass', evidence: { profiles: 2 } });
  });

  it('looks into each browser that shares a manifest, and is content with one', async () => {
    manifest('chromium');
    const shared = join(home, 'etc/opt/chrome/native-messaging-hosts/eu.webeid.json');
    mkdirSync(dirname(shared), { recursive: true });
    renameSync(join(home, '.config/chromium/NativeMessagingHosts/eu.webeid.json'), shared);
    put('.config/BraveSoftware/Brave-Browser/Default/Preferences', settings({ state: 0 }));
    expect(await told()).toMatchObject({ result: 'warn', subject: 'brave/eu.webeid' });
    put('.config/google-chrome/Default/Preferences', {});
    put('.config/vivaldi/Default/Preferences', settings({ state: 1 }));
    expect(await told()).toMatchObject({ result: 'pass', subject: 'vivaldi/eu.webeid' });
  });

  it('does not miss the extension of one host in a browser that has the other’s', async () => {
    manifest('chromium');
    const own = 'ponmlkjihgfedcbaponmlkjihgfedcba';
    const common = { name: 'signet', description: 'x', path: join(home, 'host'), type: 'stdio' };
    const allowed_origins = [`chrome-extension://${own}/`];
    put('.config/chromium/NativeMessagingHosts/signet.json', { ...common, allowed_origins });
    put('.config/chromium/Default/Preferences', { extensions: { settings: { [own]: { state: 1 } } } });
    expect(await told()).toMatchObject({ result: 'pass', subject: 'chromium/signet' });
  });

  it('cannot tell without a profile, and tells nothing else that is in one', async () => {
    manifest('firefox');
    expect(await told()).toMatchObject({ result: 'unknown' });
    put('.config/mozilla/firefox/b/extensions.json', addons({ id: 'secret-hobby@addons.example', active: true }));
    expect(JSON.stringify(await told())).not.toContain('secret-hobby');
  });

  it.each([
    [
      'chrome',
      'HKCU\\Software\\Google\\Chrome',
      'Google\\Chrome\\User Data\\Profile 1\\Secure Preferences',
      settings({ state: 1 }),
      'pass',
    ],
    [
      'edge',
      'HKLM\\Software\\Microsoft\\Edge',
      'Microsoft\\Edge\\User Data\\Default\\Preferences',
      settings({ state: 0 }),
      'warn',
    ],
    ['chrome', 'HKCU\\Software\\Google\\Chrome', 'Elsewhere\\Default\\Preferences', settings({ state: 1 }), 'unknown'],
    [
      'firefox',
      'HKCU\\Software\\Mozilla',
      'Mozilla\\Firefox\\Profiles\\a.default\\extensions.json',
      addons({ id: FIREFOX_ID, active: true }),
      'pass',
    ],
  ])('on Windows finds the manifest of %s by %s and its profile at %s', async (id, key, path, content, result) => {
    const folder = `C:\\Users\\ana\\AppData\\${id === 'firefox' ? 'Roaming' : 'Local'}`;
    const allowed =
      id === 'firefox' ? { allowed_extensions: [FIREFOX_ID] } : { allowed_origins: [`chrome-extension://${CHROMIUM_ID}/`] };
    const files = new Map<string, unknown>([
      ['C:\\Signet\\eu.webeid.json', { name: 'eu.webeid', description: 'x', path: 'host.exe', type: 'stdio', ...allowed }],
      ['C:\\Signet\\host.exe', 'MZ'],
      [`${folder}\\${path}`, content],
    ]);
    const names = (place: string) =>
      [...files.keys()].flatMap((file) =>
        file.startsWith(`${place}\\`) ? [file.slice(place.length + 1).split('\\')[0] ?? ''] : [],
      );
    const entry = `    (Standard)    REG_SZ    C:\\Signet\\eu.webeid.json\r\n`;
    const machine: Partial<Machine> = {
      platform: 'win32',
      home: 'C:\\Users\\ana',
      env: { LOCALAPPDATA: 'C:\\Users\\ana\\AppData\\Local', APPDATA: 'C:\\Users\\ana\\AppData\\Roaming' },
      file: (file) => ({ ...thisMachine({}).file('/nowhere'), path: file, kind: files.has(file) ? 'file' : null }),
      folder: (place) => [...new Set(names(place))],
      read: (file) => (files.has(file) ? Buffer.from(JSON.stringify(files.get(file))) : null),
      run: async (_program, [, asked]) => {
        const there = asked === `${key}\\NativeMessagingHosts\\eu.webeid`;
        return { code: there ? 0 : 1, signal: null, stdout: there ? entry : '', stderr: '', error: null };
      },
    };
    const about = { result, subject: `${id}/eu.webeid`, severity: 'notice' };
    expect(await one(extInstalled, view({ machine }))).toMatchObject(about);
  });
});
