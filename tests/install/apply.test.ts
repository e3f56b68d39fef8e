import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultOf } from '../../src/diagnostics/checks/ext-manifest.ts';
import { thisMachine } from '../../src/diagnostics/index.ts';
import { browsers, HOSTS } from '../../src/install/index.ts';
import { done, TestHome } from './home.ts';

const CHROMIUM = '.config/chromium/NativeMessagingHosts';
const FIREFOX = '.mozilla/native-messaging-hosts';
const ALL = ['chrome', 'chromium', 'edge', 'brave', 'vivaldi', 'firefox'] as const;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.dispose]());

function put(path: string, content: string): string {
  mkdirSync(dirname(home.at(path)), { recursive: true });
  writeFileSync(home.at(path), content);
  return home.at(path);
}

describe('an installation', () => {
  it('writes what browsers, service manager and desktop look for, and nothing else', async () => {
    const outcomes = await home.install();
    expect(done(home, outcomes)).toEqual([
      'write .local/share/signet/signet-host-eu.webeid',
      'write .local/share/signet/signet-host-signet',
      `write ${CHROMIUM}/eu.webeid.json`,
      `write ${FIREFOX}/eu.webeid.json`,
      `write ${CHROMIUM}/signet.json`,
      `write ${FIREFOX}/signet.json`,
      'write .config/systemd/user/signet.service',
      'write .local/share/applications/signet-afirma.desktop',
      'set-default .config/mimeapps.list',
    ]);
    expect(done(home, outcomes, 'failed')).toEqual([]);
    const files = Object.entries(home.tree()).filter(([, what]) => !what.startsWith('folder'));
    expect(files.map(([name]) => name)).toHaveLength(10);
    expect(files.filter(([name]) => name.endsWith('.new'))).toEqual([]);
    const mode = (path: string): number => statSync(home.at(path)).mode & 0o777;
    expect(mode('.local/share/signet/signet-host-signet')).toBe(0o755);
    expect(mode('.local/state/signet/install.json')).toBe(0o600);
    expect(mode('.local/state/signet')).toBe(0o700);
  });

  it('changes nothing when it is done again', async () => {
    await home.install();
    const before = home.tree();
    const outcomes = await home.install();
    expect(done(home, outcomes)).toEqual([]);
    expect(outcomes.filter(({ action }) => action.do === 'same')).toHaveLength(9);
    expect(home.tree()).toEqual(before);
  });

  it('is removed to the last byte, whatever was there before', async () => {
    put('.config/mimeapps.list', '[Default Applications]\ntext/html=firefox.desktop\nx-scheme-handler/afirma=afirma.desktop');
    put(`${CHROMIUM}/other.json`, '{}');
    mkdirSync(home.at('.config/systemd'));
    const before = home.tree();
    await home.install({ browsers: ALL });
    expect(readFileSync(home.at('.config/mimeapps.list'), 'utf8')).not.toContain('signet');
    await home.install({ browsers: ALL, localTls: true });
    expect(readFileSync(home.at('.config/mimeapps.list'), 'utf8')).toContain('afirma=signet-afirma.desktop');
    await home.uninstall();
    expect(home.tree()).toEqual(before);
    expect(await home.uninstall()).toMatchObject([{ action: { do: 'tell', note: 'nothing_installed' } }]);
  });

  it('leaves nothing in a home that was empty', async () => {
    await home.install();
    await home.uninstall();
    expect(home.tree()).toEqual({});
  });

  it('writes manifests that every browser accepts, of which the browser finds the program', async () => {
    await home.install({ browsers: ALL, extensionIds: ['abcdefghijklmnopabcdefghijklmnop', 'own@town.example'] });
    const machine = { ...thisMachine({}), home: home.path, env: {} };
    for (const { id, family, folders } of browsers(machine)) {
      for (const host of HOSTS) {
        const path = join(folders[0] ?? '', `${host}.json`);
        expect(path, id).toContain(home.path);
        expect([id, host, faultOf(machine, path, host, family)]).toEqual([id, host, null]);
        const { allowed_origins: origins, allowed_extensions: addOns } = JSON.parse(readFileSync(path, 'utf8'));
        if (family === 'firefox') {
          expect(origins).toBeUndefined();
          expect(addOns).toContain(host === 'eu.webeid' ? '{e68418bc-f2b0-4459-a9ea-3e72b6751b07}' : ownIds().firefox);
          expect(addOns.at(-1)).toBe('own@town.example');
        } else {
          expect(addOns).toBeUndefined();
          const known =
            host === 'eu.webeid' ? ['ncibgoaomkmdpilpocfeponihegamlic', 'gnmckgbandlkacikdndelhfghdejfido'] : [ownIds().chromium];
          expect(origins).toEqual([...known, 'abcdefghijklmnopabcdefghijklmnop'].map((one) => `chrome-extension://${one}/`));
        }
      }
    }
  });

  it('starts the host with its name and what the browser adds', async () => {
    home.env.SIGNET_RUNTIME_DIR = home.at("it's $HOME run");
    await home.install({ only: ['hosts'] });
    const script = home.at('.local/share/signet/signet-host-eu.webeid');
    const text = readFileSync(script, 'utf8');
    expect(text).toContain(`/host/main.ts' eu.webeid "$@"`);
    // The same script, with a program in the host's place that tells how it was called.
    const echo = put('echo.mjs', 'console.log(JSON.stringify([process.argv.slice(2), process.env.SIGNET_RUNTIME_DIR]))');
    writeFileSync(script, text.replace(/'[^']*\/host\/main\.ts'/, `'${echo.replaceAll("'", "'\\''")}'`));
    const { stdout } = spawnSync(script, ['chrome-extension://a b/', '$x'], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([['eu.webeid', 'chrome-extension://a b/', '$x'], home.at("it's $HOME run")]);
  });

  it('takes a browser on later, without touching the others', async () => {
    await home.install({ browsers: ['chromium'], only: ['hosts'] });
    expect(done(home, await home.install({ only: ['hosts'] }))).toEqual([
      `write ${FIREFOX}/eu.webeid.json`,
      `write ${FIREFOX}/signet.json`,
    ]);
  });

  it('brings its own files up to date', async () => {
    await home.install({ only: ['hosts'] });
    const outcomes = await home.install({ only: ['hosts'], extensionIds: ['own@town.example'] });
    expect(done(home, outcomes)).toEqual([`write ${FIREFOX}/eu.webeid.json`, `write ${FIREFOX}/signet.json`]);
    expect(outcomes.find(({ outcome }) => outcome === 'done')?.action).toMatchObject({ over: 'ours' });
  });

  it('takes up what an installation that was cut short could not record', async () => {
    await home.install({ only: ['hosts'] });
    const record = home.at('.local/state/signet/install.json');
    const known = JSON.parse(readFileSync(record, 'utf8'));
    writeFileSync(record, JSON.stringify({ ...known, entries: [] }));
    await home.install({ only: ['hosts'] });
    await home.uninstall();
    expect(existsSync(home.at(CHROMIUM, 'signet.json'))).toBe(false);
  });

  it('stops before anything when its record is damaged', async () => {
    for (const damaged of ['{', '[]', '{"version":2,"entries":[]}', '{"version":1,"entries":[{"kind":"virus"}]}']) {
      put('.local/state/signet/install.json', damaged);
      await expect(home.machine()).rejects.toThrow('');
    }
  });
});

describe('what is not its own', () => {
  const OFFICIAL = '{"name":"eu.webeid","path":"/usr/bin/web-eid","type":"stdio"}';

  it('stays as it is, is told, and is not removed', async () => {
    put(`${CHROMIUM}/eu.webeid.json`, OFFICIAL);
    const outcomes = await home.install({ only: ['hosts'] });
    expect(outcomes.filter(({ action }) => action.do === 'leave').map(({ action }) => action)).toEqual([
      expect.objectContaining({ path: home.at(CHROMIUM, 'eu.webeid.json'), why: 'foreign' }),
    ]);
    await home.uninstall();
    expect(readFileSync(home.at(CHROMIUM, 'eu.webeid.json'), 'utf8')).toBe(OFFICIAL);
    expect(existsSync(home.at(FIREFOX))).toBe(false);
  });

  it('and what became another program’s after the installation, too', async () => {
    await home.install({ only: ['hosts'] });
    put(`${FIREFOX}/eu.webeid.json`, OFFICIAL);
    expect((await home.install({ only: ['hosts'] })).map(({ action }) => action)).toContainEqual(
      expect.objectContaining({ do: 'leave', why: 'changed', path: home.at(FIREFOX, 'eu.webeid.json') }),
    );
    expect((await home.uninstall()).map(({ action }) => action)).toContainEqual(
      expect.objectContaining({ do: 'leave', why: 'changed', path: home.at(FIREFOX, 'eu.webeid.json') }),
    );
    expect(Object.keys(home.tree())).toEqual(['.mozilla', FIREFOX, `${FIREFOX}/eu.webeid.json`]);
  });

  it('is not reached through a link: neither is the link followed nor replaced', async () => {
    const target = put('elsewhere', 'precious');
    mkdirSync(home.at(CHROMIUM), { recursive: true });
    symlinkSync(target, home.at(CHROMIUM, 'eu.webeid.json'));
    mkdirSync(home.at(FIREFOX, 'signet.json'), { recursive: true });
    const outcomes = await home.install({ only: ['hosts'] });
    expect(outcomes.flatMap(({ action }) => (action.do === 'leave' ? [action.why] : []))).toEqual(['link', 'not_a_file']);
    await home.uninstall();
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('is not written into: a folder that is open to all is refused, and the rest is done', async () => {
    mkdirSync(home.at('.config/chromium'), { recursive: true });
    chmodSync(home.at('.config/chromium'), 0o777);
    const outcomes = await home.install({ only: ['hosts'] });
    expect(done(home, outcomes, 'failed')).toEqual([`write ${CHROMIUM}/eu.webeid.json`, `write ${CHROMIUM}/signet.json`]);
    expect(outcomes.find(({ outcome }) => outcome === 'failed')?.reason).toBe(`UNSAFE ${home.at('.config/chromium')}`);
    expect(existsSync(home.at(FIREFOX, 'signet.json'))).toBe(true);
  });

  it('is not overwritten when it comes between the plan and the deed', async () => {
    const actions = await home.plan({ only: ['hosts'] });
    put(`${FIREFOX}/eu.webeid.json`, OFFICIAL);
    expect(done(home, await home.apply(actions), 'failed')).toEqual([`write ${FIREFOX}/eu.webeid.json`]);
    expect(readFileSync(home.at(FIREFOX, 'eu.webeid.json'), 'utf8')).toBe(OFFICIAL);
  });

  it('is refused as a way as well: a link that leads into such a folder', async () => {
    const shared = home.at('shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    symlinkSync(shared, home.at('.mozilla'));
    expect(done(home, await home.install({ only: ['hosts'] }), 'failed')).toEqual([
      `write ${FIREFOX}/eu.webeid.json`,
      `write ${FIREFOX}/signet.json`,
    ]);
    expect(existsSync(join(shared, 'native-messaging-hosts'))).toBe(false);
  });

  it('but a link to a folder of one’s own is followed, as many people keep theirs', async () => {
    mkdirSync(home.at('disk'), { mode: 0o700 });
    symlinkSync(home.at('disk'), home.at('.mozilla'));
    await home.install({ only: ['hosts'] });
    expect(existsSync(home.at('disk/native-messaging-hosts/signet.json'))).toBe(true);
    await home.uninstall();
    expect(Object.keys(home.tree())).toEqual(['.mozilla', 'disk']);
  });

  it('opens afirma links again when it did before, unless the person has chosen anew', async () => {
    const list = put('.config/mimeapps.list', '[Default Applications]\nx-scheme-handler/afirma=afirma.desktop\n');
    expect((await home.install({ only: ['afirma'], localTls: true })).map(({ action }) => action)).toContainEqual(
      expect.objectContaining({ note: 'afirma_before', params: { program: 'afirma.desktop' } }),
    );
    const chosen = readFileSync(list, 'utf8').replace('signet-afirma.desktop', 'third.desktop');
    writeFileSync(list, chosen);
    await home.uninstall();
    expect(readFileSync(list, 'utf8')).toBe(chosen);
  });
});

describe('the service', () => {
  it('is started where a manager answers, and stopped before its file goes', async () => {
    home.answers.set('systemctl --user is-enabled', 1).set('systemctl', 0);
    expect(done(home, await home.install({ only: ['service'] }))).toContain('start-service');
    expect(home.ran.slice(-2)).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable --now signet.service']);
    home.answers.set('systemctl --user is-enabled', 0);
    expect(done(home, await home.install({ only: ['service'] }))).toEqual([]);
    await home.uninstall();
    expect(home.ran.slice(-2)).toEqual(['systemctl --user disable --now signet.service', 'systemctl --user daemon-reload']);
    expect(home.tree()).toEqual({});
  });

  it('is left to the person where none answers, even if it was switched on by hand since', async () => {
    const outcomes = await home.install({ only: ['service'] });
    expect(outcomes.map(({ action }) => action)).toContainEqual(
      expect.objectContaining({ note: 'service_by_hand', params: { command: expect.stringContaining('enable --now') } }),
    );
    const wants = home.at('.config/systemd/user/default.target.wants');
    mkdirSync(wants);
    symlinkSync('../signet.service', join(wants, 'signet.service'));
    await home.uninstall();
    expect(home.tree()).toEqual({});
  });

  it('that does not start is told with what the manager said', async () => {
    home.answers.set('systemctl --user is-enabled', 1).set('systemctl --user enable', 1).set('systemctl', 0);
    const outcomes = await home.install({ only: ['service'] });
    expect(outcomes.find(({ outcome }) => outcome === 'failed')).toMatchObject({ reason: 'systemctl: scripted' });
    expect(home.record()).toContainEqual({ kind: 'service', manager: 'systemd' });
  });

  it('has a file in which systemd finds no fault', async () => {
    home.env.SIGNET_STATE_DIR = home.at('a "b" 100% $c');
    await home.install({ only: ['service'] });
    const unit = home.at('.config/systemd/user/signet.service');
    const found = spawnSync('systemd-analyze', ['--user', '--man=no', 'verify', unit], { env: home.env, encoding: 'utf8' });
    if (found.error === undefined) expect(`${found.status} ${found.stderr}`).toBe('0 ');
    expect(readFileSync(unit, 'utf8')).toContain('a \\"b\\" 100%% $c"');
  });
});

it('is what the desktop asks for an afirma link', async () => {
  // The desktop's own script cannot cope with a blank in a path.
  home.env.XDG_CONFIG_HOME = home.beside('config');
  home.env.XDG_DATA_HOME = home.beside('data');
  await home.install({ only: ['afirma'] });
  const asked = spawnSync('xdg-mime', ['query', 'default', 'x-scheme-handler/afirma'], { env: home.env, encoding: 'utf8' });
  if (asked.error === undefined) expect(asked.stdout.trim()).toBe('signet-afirma.desktop');
  const validated = spawnSync('desktop-file-validate', [home.beside('data/applications/signet-afirma.desktop')]);
  if (validated.error === undefined) expect(String(validated.stdout)).toBe('');
});

function ownIds(): { chromium: string; firefox: string } {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../src/extension/ids.json'), 'utf8'));
}
