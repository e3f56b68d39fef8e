import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runtimeDir } from '../../src/places/index.ts';
import { startTestDaemon } from '../fixture/index.ts';
import { TestHome } from '../install/home.ts';
import { command } from './daemon.ts';
import { typed } from './fake-terminal.ts';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
  Object.assign(home.env, { NO_COLOR: '1', LANG: 'en_GB.UTF-8' });
});
afterEach(() => home[Symbol.dispose]());

const signet = (...argv: string[]) => typed(argv, { env: home.env, columns: 100 });
const flat = (text: string): string => text.replace(/\s+/g, ' ');

describe('signet install', () => {
  it('shows what it would do, does it, and says that nothing is left to do', async () => {
    const argv = ['install', '--browsers', 'chromium,firefox', '--local-tls'];
    const dry = await signet(...argv, '--dry-run');
    expect(dry.code).toBe(0);
    expect(flat(dry.out)).toContain(
      'Connection for Chromium (eu.webeid): ~/.config/chromium/NativeMessagingHosts/eu.webeid.json',
    );
    expect(dry.out).toContain('this was a dry run');
    expect(home.tree()).toEqual({});

    const real = await signet(...argv);
    expect([real.code, real.err]).toEqual([0, '']);
    expect(real.out).toMatch(/\nDone, in 11 steps\.\n\nWhat to do now\n/);
    expect(flat(real.out)).toContain('systemctl --user enable --now signet.service');
    expect(existsSync(home.at('.local/state/signet/tls/cert.pem'))).toBe(true);

    expect((await signet(...argv)).out).toMatch(/Nothing to do: everything is as it should be\.\n$/);
    const gone = await signet('uninstall');
    expect([gone.code, home.tree()]).toEqual([0, {}]);
    expect(gone.out).toMatch(/Removed, in 14 steps\.\n$/);
    expect((await signet('uninstall')).out).toBe('Nothing to remove.\n');
  });

  it.each([
    ['en', 'To do it:', 'What to do now', /your browser, add the extension/],
    ['fr', 'Pour le faire\u00a0:', 'Et maintenant', /votre navigateur, ajoutez l'extension/],
    ['es', 'Para hacerlo:', 'Qué hacer ahora', /su navegador, añada la extensión/],
  ])('says what comes next (%s)', async (language, again, now, extension) => {
    const argv = ['install', '--browsers', 'chromium', '--only', 'hosts,service', '--language', language];
    const dry = (await signet(...argv, '--dry-run')).out;
    expect(dry).toMatch(new RegExp(`\\n${again}\\n  signet ${argv.join(' ')}\\n$`));
    const real = (await signet(...argv)).out;
    const [, next = ''] = real.split(`\n\n${now}\n`);
    expect(flat(next)).toMatch(extension);
    // No service manager answers in a home of its own, and no Signet runs there.
    expect(next).toMatch(/→ .* Signet.*\n {2}signet serve\n→ .*:\n {2}signet doctor\n$/);
    expect((await signet(...argv)).out).not.toContain(now);
  });

  it.each([80, 60])('keeps paths whole, and below their mark, in %i columns', async (columns) => {
    const own = home.at('My browser config');
    const env = { ...home.env, XDG_CONFIG_HOME: own };
    for (const more of [['--dry-run'], []]) {
      const { out } = await typed(['install', '--browsers', 'chromium,firefox', ...more], { env, columns });
      const lines = out.split('\n');
      const done = lines.slice(0, lines.indexOf('')).filter((line) => !line.endsWith(':') || line.startsWith(' '));
      for (const line of done) expect(line).toMatch(/^([✓•] | {2}\S)/);
      expect(out).toContain('  ~/My browser config/');
      expect(out).toContain('~/.mozilla/native-messaging-hosts/eu.webeid.json\n');
    }
  });

  it('tells what it leaves alone, and what could not be done, with exit code 3', async () => {
    await signet('install', '--browsers', 'chromium', '--only', 'hosts');
    const manifest = home.at('.config/chromium/NativeMessagingHosts/eu.webeid.json');
    writeFileSync(manifest, 'of another');
    const left = await signet('uninstall');
    expect([left.code, flat(left.out)]).toEqual([
      0,
      expect.stringContaining('! Left alone, because somebody has changed it since: ~/.config'),
    ]);
    expect(readFileSync(manifest, 'utf8')).toBe('of another');
    mkdirSync(home.at('.mozilla'));
    chmodSync(home.at('.mozilla'), 0o777);
    const failed = await signet('install', '--browsers', 'firefox', '--only', 'hosts');
    expect(failed.code).toBe(3);
    expect(flat(failed.out)).toContain(
      `✗ Not done (others can write into ${home.at('.mozilla')}, or it belongs to them): Connection`,
    );
    expect(failed.out).toContain('2 steps could not be done');
  });

  it('prints what it did as JSON, without what is in the files', async () => {
    const { code, stdout } = await command(['install', '--browsers', 'firefox', '--only', 'hosts,afirma', '--json'], {
      env: home.env,
    });
    const told = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(told).toMatchObject({ dryRun: false, scope: 'user', changed: 6, failed: 0 });
    expect(told.actions[0]).toEqual({
      do: 'write',
      outcome: 'done',
      path: home.at('.local/share/signet/signet-host-eu.webeid'),
      purpose: { for: 'script', host: 'eu.webeid' },
      over: 'nothing',
    });
    expect(stdout).not.toContain('#!/bin/sh');
  });

  it('keeps to the folder of the settings', async () => {
    writeFileSync(home.at('config.toml'), `stateDir = '${home.beside('elsewhere')}'\n`);
    home.env.SIGNET_CONFIG = home.at('config.toml');
    await signet('install', '--browsers', 'chromium', '--only', 'hosts,tls');
    expect(existsSync(home.beside('elsewhere/tls/key.pem'))).toBe(true);
    expect(existsSync(home.at('.local/state'))).toBe(false);
    expect(readFileSync(home.at('.local/share/signet/signet-host-signet'), 'utf8')).toContain('export SIGNET_CONFIG=');
    await signet('uninstall');
    expect(Object.keys(home.tree())).toEqual(['config.toml']);
    expect(existsSync(home.beside('elsewhere'))).toBe(false);
  });

  it.each([
    [['--browsers', 'netscape'], 'chrome, chromium'],
    [['--browsers', ','], 'chrome, chromium'],
    [['--only', 'everything'], 'hosts, service'],
    [['--extension-id', 'ABC'], 'ABC'],
    [['--user', '--system'], '--system'],
    [['--system', '--local-tls'], 'one person'],
    [['--system', '--only', 'tls'], 'one person'],
  ])('is wrong with %j', async (options, said) => {
    const { code, err } = await signet('install', ...options);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect(home.tree()).toEqual({});
  });

  it('stops when its record is damaged, in the language of the person', async () => {
    await signet('install', '--browsers', 'chromium', '--only', 'hosts');
    writeFileSync(home.at('.local/state/signet/install.json'), '{');
    const { code, err } = await signet('uninstall', '--language', 'fr');
    expect([code, err]).toEqual([3, expect.stringContaining('install.json')]);
    expect(existsSync(home.at('.local/share/signet/signet-host-signet'))).toBe(true);
  });
});

describe('signet uninstall', () => {
  it.each([
    ['ends a daemon that a browser’s host has started', { SIGNET_STARTED_BY: 'host' }, true],
    ['leaves a daemon alone that the person has started', { SIGNET_STARTED_BY: '' }, false],
  ])('%s', async (_what, env, ends) => {
    const place = runtimeDir({ env: home.env });
    const settings = { runtimeDir: place };
    const daemon = await startTestDaemon({ child: true, env, settings });
    let over = false;
    try {
      const dry = await signet('uninstall', '--dry-run', '--runtime-dir', place);
      expect(flat(dry.out).includes('This would be done: • Signet, which a browser had started')).toBe(ends);
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      const { out, code } = await signet('uninstall', '--runtime-dir', place);
      expect([code, out]).toEqual([
        0,
        ends ? expect.stringContaining('✓ Signet, which a browser had started') : 'Nothing to remove.\n',
      ]);
      if (!ends) return expect((await daemon.call('GET', '/health')).status).toBe(200);
      over = true;
      // It logs out and closes its libraries, as on Ctrl-C.
      expect((await daemon.ended()).code).toBe(0);
    } finally {
      if (!over) await daemon.stop();
      await daemon.dispose();
    }
  });
});
