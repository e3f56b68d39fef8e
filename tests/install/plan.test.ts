import { describe, expect, it } from 'vitest';
import { type Action, plan, unplan } from '../../src/install/index.ts';
import type { Entry } from '../../src/install/record.ts';
import { startCommands, stopCommands } from '../../src/install/service.ts';
import { machineOf } from './machine.ts';

/** A plan a line each: what is done and where. */
function lines(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if ('key' in action) return `${action.do} ${action.key}${'data' in action ? ` = ${action.data}` : ''}`;
    if ('path' in action) return `${action.do} ${action.path}`;
    if (action.do === 'trust' || action.do === 'distrust') return `${action.do} ${action.store.kind}`;
    return action.do === 'tell' ? `tell ${action.note}` : action.do;
  });
}

function content(actions: readonly Action[], ending: string): string {
  const found = actions.find((action) => action.do === 'write' && action.path.endsWith(ending));
  if (found?.do !== 'write') throw new Error(`nothing writes ${ending}`);
  return found.content;
}

describe('on Windows', () => {
  const own = 'C:\\Users\\Zoë N\\AppData\\Local\\signet';
  const actions = plan(machineOf('win32'), { scope: 'user', browsers: ['chrome', 'edge', 'brave', 'firefox'], localTls: true });

  it('keys of the registry lead to manifests beside the scripts', () => {
    const manifests = (host: string): string[] => [
      `write ${own}\\${host}.chromium.json`,
      `write ${own}\\${host}.firefox.json`,
      `set-key HKCU\\Software\\Google\\Chrome\\NativeMessagingHosts\\${host} = ${own}\\${host}.chromium.json`,
      `set-key HKCU\\Software\\Microsoft\\Edge\\NativeMessagingHosts\\${host} = ${own}\\${host}.chromium.json`,
      `set-key HKCU\\Software\\Mozilla\\NativeMessagingHosts\\${host} = ${own}\\${host}.firefox.json`,
    ];
    expect(lines(actions)).toEqual([
      `write ${own}\\signet-host-eu.webeid.cmd`,
      `write ${own}\\signet-host-signet.cmd`,
      ...manifests('eu.webeid'),
      ...manifests('signet'),
      `write ${own}\\signet-task.xml`,
      'start-service',
      'set-key HKCU\\Software\\Classes\\afirma = URL:afirma',
      'set-key HKCU\\Software\\Classes\\afirma = ',
      'set-key HKCU\\Software\\Classes\\afirma\\shell\\open\\command = ' +
        '"C:\\Program Files\\Signet\\node.exe" "C:\\Program Files\\Signet\\dist\\cli\\index.js" "afirma" "%1"',
      'issue',
      'trust windows',
      'tell trust_asks',
      'tell restart_browsers',
    ]);
  });

  it('the script is a batch file', () => {
    expect(content(actions, 'signet-host-signet.cmd').split('\r\n')).toEqual([
      '@echo off',
      'rem Written by `signet install`; `signet uninstall` removes it.',
      'chcp 65001 >nul',
      '"C:\\Program Files\\Signet\\node.exe" "C:\\Program Files\\Signet\\dist\\host\\main.js" signet %*',
      '',
    ]);
    expect(JSON.parse(content(actions, 'eu.webeid.firefox.json'))).toEqual({
      name: 'eu.webeid',
      description: 'Signet, for the Web eID extension',
      path: `${own}\\signet-host-eu.webeid.cmd`,
      type: 'stdio',
      allowed_extensions: ['{e68418bc-f2b0-4459-a9ea-3e72b6751b07}'],
    });
  });

  it('a scheduled task of the person starts the daemon without a window', () => {
    const task = content(actions, 'signet-task.xml');
    expect(task.match(/<UserId>TOWN\\zoe<\/UserId>/g)).toHaveLength(2);
    expect(task).toContain('<Command>conhost.exe</Command>');
    expect(task).toContain(
      '--headless &quot;C:\\Program Files\\Signet\\node.exe&quot; &quot;--max-semi-space-size=16&quot; ' +
        '&quot;C:\\Program Files\\Signet\\dist\\cli\\index.js&quot; &quot;serve&quot;</Arguments>',
    );
    expect(startCommands('tasks', 'T.xml', null, false)).toEqual([
      ['schtasks', '/Create', '/TN', 'Signet', '/XML', 'T.xml', '/F'],
      ['schtasks', '/Run', '/TN', 'Signet'],
    ]);
  });

  it('a handler of another program stays whole', () => {
    const registry = new Map([['HKCU\\Software\\Classes\\afirma\\shell\\open\\command\\', '"C:\\AutoFirma.exe" "%1"']]);
    expect(lines(plan(machineOf('win32', { registry }), { scope: 'user', only: ['afirma'] }))).toEqual([
      'leave HKCU\\Software\\Classes\\afirma\\shell\\open\\command',
    ]);
  });

  it('for everybody it is the machine’s part of the registry and a task of all users', () => {
    const actions = plan(machineOf('win32', { scope: 'system' }), { scope: 'system', browsers: ['chrome'] });
    expect(lines(actions)).toContain(
      'set-key HKLM\\Software\\Google\\Chrome\\NativeMessagingHosts\\signet = C:\\ProgramData\\Signet\\signet.chromium.json',
    );
    expect(content(actions, 'signet-task.xml')).toContain('<GroupId>S-1-5-32-545</GroupId>');
  });

  it('is taken back key by key, but for those that are another’s by now', () => {
    const keys = ['Google\\Chrome', 'Mozilla'].map((vendor) => `HKCU\\Software\\${vendor}\\NativeMessagingHosts\\signet`);
    const entries = keys.map((key): Entry => ({ kind: 'key', key, name: '', data: 'ours.json' }));
    const registry = new Map([
      [`${keys[0]}\\`, 'ours.json'],
      [`${keys[1]}\\`, 'theirs.json'],
    ]);
    expect(lines(unplan(machineOf('win32', { registry, record: { version: 1, entries } })))).toEqual([
      `leave ${keys[1]}`,
      `remove-key ${keys[0]}`,
    ]);
    const root = 'HKCU\\Software\\Classes\\afirma';
    const command = `${root}\\shell\\open\\command`;
    const handler = [root, command].map((key): Entry => ({ kind: 'key', key, name: '', data: 'ours' }));
    const removal = (now: string) =>
      unplan(
        machineOf('win32', {
          registry: new Map([
            [`${root}\\`, 'ours'],
            [`${command}\\`, now],
          ]),
          record: { version: 1, entries: handler },
        }),
      ).at(-1);
    expect(removal('ours')).toMatchObject({ key: root, whole: true });
    expect(removal('theirs')).toMatchObject({ key: root, whole: false });
  });
});

describe('on macOS', () => {
  const actions = plan(machineOf('darwin'), { scope: 'user', browsers: ['chrome', 'edge', 'firefox'], localTls: true });
  const support = '/Users/zoe/Library/Application Support';

  it('manifests lie in each browser’s folder, an agent starts the daemon, and afirma links are told to be beyond it', () => {
    const manifests = (host: string): string[] =>
      ['Google/Chrome', 'Microsoft Edge', 'Mozilla'].map((own) => `write ${support}/${own}/NativeMessagingHosts/${host}.json`);
    expect(lines(actions)).toEqual([
      `write ${support}/signet/signet-host-eu.webeid`,
      `write ${support}/signet/signet-host-signet`,
      ...manifests('eu.webeid'),
      ...manifests('signet'),
      'write /Users/zoe/Library/LaunchAgents/signet.daemon.plist',
      'start-service',
      'tell afirma_unsupported',
      'issue',
      'trust keychain',
      'tell trust_asks',
      'tell restart_browsers',
    ]);
  });

  it('the agent is a property list that launchd is asked to load', () => {
    const plist = content(actions, '.plist');
    const words = [...plist.matchAll(/<string>([^<]*)<\/string>/g)].map(([, word]) => word);
    expect(words).toEqual([
      'signet.daemon',
      '/opt/signet/node',
      '--max-semi-space-size=16',
      '/opt/signet/dist/cli/index.js',
      'serve',
      'Background',
    ]);
    const file = '/Users/zoe/Library/LaunchAgents/signet.daemon.plist';
    expect(startCommands('launchd', file, 501, true)).toEqual([
      ['launchctl', 'bootout', 'gui/501/signet.daemon'],
      ['launchctl', 'bootstrap', 'gui/501', file],
    ]);
    expect(stopCommands('launchd', 501, false)).toEqual([['launchctl', 'bootout', 'gui/501/signet.daemon']]);
  });
});

describe('on Linux', () => {
  it('for everybody it goes where browsers look for what the system’s administrator put there', () => {
    const machine = machineOf('linux', { scope: 'system' });
    const actions = plan(machine, { scope: 'system', browsers: ['chrome', 'chromium', 'edge', 'brave', 'firefox'] });
    const manifests = (host: string): string[] =>
      ['/etc/opt/chrome', '/etc/chromium', '/etc/opt/edge', '/usr/lib/mozilla'].map(
        (folder) => `write ${folder}/native-messaging-hosts/${host}.json`,
      );
    expect(lines(actions)).toEqual([
      'write /usr/local/lib/signet/signet-host-eu.webeid',
      'write /usr/local/lib/signet/signet-host-signet',
      ...manifests('eu.webeid'),
      ...manifests('signet'),
      'write /etc/systemd/user/signet.service',
      'tell service_system',
      'write /usr/local/share/applications/signet-afirma.desktop',
      'set-default /usr/local/share/applications/mimeapps.list',
    ]);
    expect(actions.flatMap((action) => (action.do === 'write' ? [action.mode.toString(8)] : []))).not.toContain('600');
    expect(machine.places.record).toBe('/var/lib/signet/install.json');
    const entries: Entry[] = [{ kind: 'file', path: machine.places.unit, sha256: '0' }];
    const [stop] = unplan({ ...machine, record: { version: 1, entries } });
    expect(stop).toMatchObject({ do: 'stop-service', everybody: true });
    expect(stopCommands('systemd', 0, true)).toEqual([['systemctl', '--global', 'disable', 'signet.service']]);
  });

  it('the official manifest of Web eID, which is a link, stays', () => {
    const official = '/etc/chromium/native-messaging-hosts/eu.webeid.json';
    const machine = machineOf('linux', { scope: 'system', kind: (path) => (path === official ? 'link' : null) });
    const actions = plan(machine, { scope: 'system', browsers: ['chromium'], only: ['hosts'] });
    expect(actions).toContainEqual(expect.objectContaining({ do: 'leave', path: official, why: 'link' }));
    expect(lines(actions)).toContain('write /etc/chromium/native-messaging-hosts/signet.json');
  });

  it.each([
    [
      'the person chose',
      { files: { '/home/zoe/.config/mimeapps.list': '[Default Applications]\nx-scheme-handler/afirma=a.desktop\n' } },
    ],
    [
      'came with the system',
      {
        files: { '/usr/share/applications/a.desktop': '[Desktop Entry]\nMimeType=x-scheme-handler/afirma;\n' },
        folder: (path: string) => (path === '/usr/share/applications' ? ['a.desktop'] : []),
      },
    ],
  ])(
    'the program for afirma: links that %s keeps them until Signet has the certificate without which none works',
    (_who, found) => {
      const machine = machineOf('linux', found);
      const note = { do: 'tell', note: 'afirma_later', params: { program: 'a.desktop' } };
      expect(plan(machine, { scope: 'user', only: ['afirma'] })).toEqual([note]);
      const whole = plan(machine, { scope: 'user', browsers: ['chrome'], only: ['afirma', 'tls'] });
      expect(whole).toContainEqual(expect.objectContaining({ do: 'set-default' }));
      expect(whole).toContainEqual({ ...note, note: 'afirma_before' });
    },
  );

  it('and where it stays for everybody, a person is told that Signet goes before it', () => {
    const official = '/usr/lib/mozilla/native-messaging-hosts/eu.webeid.json';
    const machine = machineOf('linux', { kind: (path) => (path === official ? 'link' : null) });
    expect(plan(machine, { scope: 'user', browsers: ['chromium', 'firefox'], only: ['hosts'] }).at(-1)).toEqual({
      do: 'tell',
      note: 'webeid_before',
      params: { path: official },
    });
  });

  it('only browsers that are here are connected, unless they are named', () => {
    const files = { '/opt/google/chrome/chrome': '', '/home/zoe/.config/mozilla/firefox': null };
    const found = lines(plan(machineOf('linux', { files }), { scope: 'user', only: ['hosts'] }));
    expect(found.filter((line) => line.endsWith('/signet.json'))).toEqual([
      'write /home/zoe/.config/google-chrome/NativeMessagingHosts/signet.json',
      'write /home/zoe/.mozilla/native-messaging-hosts/signet.json',
    ]);
    expect(lines(plan(machineOf('linux'), { scope: 'user', only: ['hosts'] }))).toEqual(['tell no_browser']);
  });

  it('browsers from a shop for sandboxed programs are told of', () => {
    const files = { '/snap/firefox/current': null, '/var/lib/flatpak/app/org.chromium.Chromium': null };
    expect(plan(machineOf('linux', { files }), { scope: 'user', only: ['hosts'] })).toEqual([
      { do: 'tell', note: 'no_browser', params: {} },
      { do: 'tell', note: 'sandboxed_portal', params: { name: 'Firefox', shop: 'snap' } },
      { do: 'tell', note: 'sandboxed', params: { name: 'Chromium', shop: 'flatpak' } },
    ]);
  });

  it('databases of browsers are those of Chromium’s family, of every profile, and of sandboxed browsers', () => {
    const profiles = '/home/zoe/.mozilla/firefox';
    const folders: Record<string, string[]> = {
      [profiles]: ['a.default', 'b.empty', 'profiles.ini'],
      [`${profiles}/a.default`]: ['cert9.db'],
      '/home/zoe/.config/mozilla/firefox': ['c.new'],
      '/home/zoe/.config/mozilla/firefox/c.new': ['cert9.db', 'key4.db'],
      '/disk/d': ['cert9.db'],
      '/home/zoe/snap/chromium/current/.pki/nssdb': ['cert9.db'],
    };
    const list = '[Profile0]\nIsRelative=1\nPath=a.default\n\n[Profile1]\nPath=/disk/d\nIsRelative=0\n';
    const machine = machineOf('linux', { folder: (path) => folders[path] ?? [], files: { [`${profiles}/profiles.ini`]: list } });
    const actions = plan(machine, { scope: 'user', browsers: ['chrome', 'firefox'], only: ['tls'] });
    expect(
      actions.flatMap((action) => (action.do === 'trust' && action.store.kind === 'nss' ? [action.store.folder] : [])),
    ).toEqual([
      '/home/zoe/.pki/nssdb',
      '/home/zoe/snap/chromium/current/.pki/nssdb',
      `${profiles}/a.default`,
      '/disk/d',
      '/home/zoe/.config/mozilla/firefox/c.new',
    ]);
  });

  it('without certutil the package is named, and the certificate made all the same', () => {
    expect(lines(plan(machineOf('linux', { certutil: false }), { scope: 'user', browsers: ['chrome'], only: ['tls'] }))).toEqual([
      'issue',
      'tell certutil_missing',
    ]);
  });
});
