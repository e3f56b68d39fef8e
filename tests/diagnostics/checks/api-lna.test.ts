import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launch } from 'puppeteer-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Origins } from '../../../src/access/index.ts';
import { apiLnaPermission } from '../../../src/diagnostics/checks/api-lna.ts';
import { type Machine, thisMachine, type View, viewOf } from '../../../src/diagnostics/index.ts';
import { Database, OriginStore } from '../../../src/store/index.ts';
import { one, run, view } from './world.ts';

const SITE = 'https://sede.example';
const POLICIES = '/etc/chromium/policies/managed';
const DEFAULT = '.config/chromium/Default/Preferences';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-permission-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, content: unknown): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** This machine, with nothing but what lies under `home`; the system's policies lie there too. */
function machine(changes: Partial<Machine> = {}): Partial<Machine> {
  const real = thisMachine({});
  const moved = (path: string) => (path.startsWith(home) ? path : join(home, 'root', path));
  return {
    platform: 'linux',
    home,
    env: {},
    file: (path) => ({ ...real.file(moved(path)), path }),
    folder: (path) => real.folder(moved(path)),
    read: (path, limit) => real.read(moved(path), limit),
    ...changes,
  };
}

const paired = (...origins: string[]) => origins.map((origin) => ({ origin, via: 'page' }));
const seen = (sites: ReturnType<View['pairedSites']> = paired(SITE), changes: Partial<Machine> = {}) =>
  view({ machine: machine(changes), pairedSites: () => sites });
const profile = (exceptions: unknown, defaults: unknown = {}) => ({
  profile: { content_settings: { exceptions }, default_content_setting_values: defaults },
});
const loopback = (rules: Record<string, number>) =>
  profile({
    loopback_network: Object.fromEntries(Object.entries(rules).map(([key, setting]) => [key, { setting }])),
    has_migrated_local_network_access: true,
  });

describe('api.lna-permission', () => {
  it.each([
    [loopback({}), 'pass'],
    [{}, 'pass'],
    [loopback({ 'https://sede.example:443,*': 2 }), 'warn'],
    [loopback({ 'https://sede.example:443,*': 1 }), 'pass'],
    [loopback({ 'https://sede.example:8443,*': 2 }), 'pass'],
    [loopback({ 'http://sede.example,*': 2 }), 'pass'],
    [loopback({ 'https://other.example:443,*': 2, 'https://desede.example,*': 2, '[*.]de.example,*': 2 }), 'pass'],
    [loopback({ '[*.]example,*': 2 }), 'warn'],
    [loopback({ '[*.]sede.example,*': 2, 'sede.example,*': 1 }), 'pass'],
    [loopback({ '*,*': 2, '[*.]example,*': 1, 'https://[*.]sede.example,*': 2 }), 'warn'],
    [loopback({ 'https://sede.example:443,https://frame.example': 2 }), 'pass'],
    [profile({ loopback_network: { 'https://sede.example:443,*': { setting: { value: 2 } } } }), 'pass'],
    [profile({}, { loopback_network: 2 }), 'warn'],
    [profile({ loopback_network: { 'https://sede.example,*': { setting: 1 } } }, { loopback_network: 2 }), 'pass'],
    // What older ones wrote, and 156 has moved.
    [profile({ local_network_access: { 'https://sede.example:443,*': { setting: 2 } } }), 'warn'],
    [
      profile({
        local_network_access: { 'https://sede.example:443,*': { setting: 2 } },
        has_migrated_local_network_access: true,
      }),
      'pass',
    ],
    [profile({ local_network: { 'https://sede.example:443,*': { setting: 2 } } }, { local_network: 2 }), 'pass'],
    [profile([], 7), 'pass'],
    ['nonsense', 'unknown'],
  ])('with a profile of %j is %s', async (content, result) => {
    put(DEFAULT, content);
    expect(await one(apiLnaPermission, seen())).toMatchObject({ result, severity: 'warning', subject: 'chromium' });
  });

  it.each([
    ['a day ago', 1, {}, 'warn'],
    ['eight days ago', 8, {}, 'pass'],
    ['a day ago, and allowed since', 1, { loopback_network: { 'https://sede.example:443,*': { setting: 1 } } }, 'pass'],
  ])('tells a question that was closed again and again: %s', async (_when, days, rules, result) => {
    const now = Date.parse('2026-11-22T19:05:41.930Z');
    // As Chromium 156 wrote it at that time.
    const closed = { LoopbackNetwork: { dismiss_count: 3, dismissal_embargo_days: 13439847941930364 } };
    const permission_autoblocking_data = {
      'https://sede.example:443,*': { last_modified: '13439847941930365', setting: closed },
      'https://secret-hobby.example:443,*': { setting: closed },
    };
    put(DEFAULT, profile({ permission_autoblocking_data, has_migrated_local_network_access: true, ...rules }));
    const told = await one(apiLnaPermission, seen(paired(SITE), { now: () => now + days * 86_400_000 }));
    expect(told.result).toBe(result);
    if (result === 'warn') expect(told.found).toContain(`keeps ${SITE} from this computer for a week`);
    expect(JSON.stringify(told)).not.toContain('hobby');
  });

  it('cannot tell from a profile that is too large to read', async () => {
    put(DEFAULT, ' '.repeat(1024 * 1024));
    expect(await one(apiLnaPermission, seen())).toMatchObject({ result: 'unknown', subject: 'chromium' });
  });

  it('names the sites that one of the profiles keeps away, and no site that the person has not allowed', async () => {
    put(DEFAULT, loopback({ 'https://secret-hobby.example:443,*': 2 }));
    put('.config/google-chrome/Profile 2/Preferences', loopback({ 'https://sede.example,*': 2 }));
    put('.config/google-chrome/Default/Preferences', 'nonsense');
    const { checks } = await run([apiLnaPermission], seen(paired(SITE, 'https://other.example')));
    expect(checks.map(({ subject, result }) => [subject, result])).toEqual([
      ['chrome', 'warn'],
      ['chromium', 'pass'],
    ]);
    expect(checks[0]).toMatchObject({
      found: expect.stringContaining(`Google Chrome keeps ${SITE} from this computer`),
      fix: expect.stringContaining(`Open ${SITE} in Google Chrome`),
      evidence: { browser: 'chrome', profiles: 2, sites: 1 },
    });
    expect(JSON.stringify(checks)).not.toContain('hobby');
  });

  it.each([
    [{ LocalNetworkAccessBlockedForUrls: ['https://sede.example'] }, 'warn'],
    [{ LoopbackNetworkBlockedForUrls: ['*'] }, 'warn'],
    [{ LoopbackNetworkBlockedForUrls: ['example'] }, 'pass'],
    [{ LoopbackNetworkBlockedForUrls: ['http://sede.example'] }, 'pass'],
    [{ LoopbackNetworkBlockedForUrls: ['*'], LoopbackNetworkAllowedForUrls: ['https://sede.example/'] }, 'pass'],
    [{ LocalNetworkAccessAllowedForUrls: ['*'], LoopbackNetworkBlockedForUrls: ['*'] }, 'warn'],
    [{ LoopbackNetworkBlockedForUrls: 'x', LoopbackNetworkAllowedForUrls: [7, null] }, 'pass'],
  ])('with the policy %j is %s', async (policy, result) => {
    put(DEFAULT, {});
    put(`root${POLICIES}/signing.json`, policy);
    put(`root${POLICIES}/broken.json`, '{');
    const told = await one(apiLnaPermission, seen());
    expect(told.result).toBe(result);
    if (result === 'warn') expect(told.fix).toContain('LoopbackNetworkAllowedForUrls');
    // Only on Linux is it a file.
    put('Library/Application Support/Chromium/Default/Preferences', {});
    expect(await one(apiLnaPermission, seen(paired(SITE), { platform: 'darwin' }))).toMatchObject({ result: 'pass' });
  });

  it('has a policy go before what the person chose', async () => {
    put(DEFAULT, loopback({ 'https://sede.example:443,*': 2 }));
    put(`root${POLICIES}/a.json`, { LoopbackNetworkAllowedForUrls: ['[*.]sede.example'] });
    expect(await one(apiLnaPermission, seen())).toMatchObject({ result: 'pass' });
  });

  it.each([
    ['no site is allowed', []],
    ['sites come from this machine', paired('http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:3000')],
    [
      'sites come through a program',
      [
        { origin: SITE, via: 'extension' },
        { origin: SITE, via: 'webeid' },
      ],
    ],
  ])('has nothing to look for where %s', async (_what, sites) => {
    put(DEFAULT, loopback({ '*,*': 2 }));
    expect(await one(apiLnaPermission, seen(sites))).toMatchObject({ result: 'skip', skippedBecause: 'not_needed' });
  });

  it('asks nothing where no such browser was used, and cannot tell without records', async () => {
    put('.mozilla/firefox/a.default/extensions.json', {});
    expect(await one(apiLnaPermission, seen())).toMatchObject({ result: 'skip', skippedBecause: 'not_needed' });
    expect(await one(apiLnaPermission, seen(null))).toMatchObject({ result: 'unknown' });
  });

  it('finds profiles on Windows', async () => {
    const path = 'C:\\Users\\ana\\AppData\\Local\\Microsoft\\Edge\\User Data';
    const onWindows: Partial<Machine> = {
      platform: 'win32',
      env: { LOCALAPPDATA: 'C:\\Users\\ana\\AppData\\Local' },
      folder: (folder) => (folder === path ? ['Default', 'Crashpad'] : []),
      file: (file) => ({ ...thisMachine({}).file('/nowhere'), path: file, kind: file.startsWith(path) ? 'file' : null }),
      read: (file) =>
        file === `${path}\\Default\\Preferences` ? Buffer.from(JSON.stringify(loopback({ 'sede.example,*': 2 }))) : null,
    };
    expect(await one(apiLnaPermission, seen(paired(SITE), onWindows))).toMatchObject({ result: 'warn', subject: 'edge' });
  });

  it('is given the pairings that still hold', async () => {
    const database = Database.open(':memory:');
    let now = Date.parse('2026-11-01T00:00:00Z');
    const origins = new Origins(new OriginStore(database), () => now);
    origins.pair('https://short.example', ['sign'], 1, 'page');
    origins.pair(SITE, ['sign'], 30, 'scs');
    now += 2 * 86_400_000;
    const parts = {
      machine: { ...thisMachine({}), now: () => now },
      version: '1.2.3',
      inDaemon: true,
      settings: { port: 0, stateDir: '/', runtimeDir: '/', logLevel: 'warn', problems: [] },
      catalogue: { drivers: [] },
      drivers: () => [],
      tokens: async () => null,
      audit: null,
      lastCrash: () => null,
      renewalOpens: () => null,
      procedureFor: () => null,
    };
    expect(viewOf({ ...parts, database }).pairedSites()).toEqual([{ origin: SITE, via: 'scs' }]);
    expect(viewOf({ ...parts, database: null }).pairedSites()).toEqual([]);
    database.close();
    expect(viewOf({ ...parts, database }).pairedSites()).toBeNull();
  });

  it('tells what Chromium itself tells a page', async () => {
    const server = createServer((_request, response) => response.end('<title>here</title>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const at = (name: string) => `http://${name}.site.test:${port}`;
    const names = ['never', 'denied', 'x.below', 'open.below', 'other', 'old', 'told'];
    put(
      DEFAULT,
      profile({
        loopback_network: {
          [`${at('denied')},*`]: { setting: 2 },
          '[*.]below.site.test,*': { setting: 2 },
          [`${at('open.below')},*`]: { setting: 1 },
        },
        local_network: { [`${at('other')},*`]: { setting: 2 } },
        local_network_access: { [`${at('old')},*`]: { setting: 2 } },
      }),
    );
    const browser = await launch({
      browser: 'chrome',
      executablePath: '/usr/bin/chromium',
      headless: true,
      userDataDir: join(home, '.config/chromium'),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--host-resolver-rules=MAP *.site.test 127.0.0.1',
        `--unsafely-treat-insecure-origin-as-secure=${names.map(at).join(',')}`,
      ],
      env: { ...process.env, HOME: home, LANG: 'C.UTF-8' },
    });
    const deniedBy: string[] = [];
    try {
      const page = await browser.newPage();
      // What the page of the browser's settings sends when somebody blocks a site there.
      await page.goto('chrome://settings/content');
      const order = [at('told'), '', 'loopback-network', 'block', false];
      await page.evaluate(`chrome.send('setCategoryPermissionForPattern', ${JSON.stringify(order)})`);
      for (const name of names) {
        await page.goto(at(name));
        const state = await page.evaluate(`navigator.permissions.query({ name: 'loopback-network' }).then(({ state }) => state)`);
        if (state === 'denied') deniedBy.push(at(name));
      }
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
    expect(deniedBy).toEqual(['denied', 'x.below', 'told'].map(at));
    const { found } = await one(apiLnaPermission, seen(paired(...names.map(at))));
    expect(found).toContain(`keeps ${deniedBy.join(', ')} from this computer`);
    // The browser has written the key that the check reads, and marked the old one as moved.
    const { exceptions } = JSON.parse(readFileSync(join(home, DEFAULT), 'utf8')).profile.content_settings;
    expect(exceptions).toMatchObject({
      loopback_network: { [`${at('told')},*`]: { setting: 2 } },
      has_migrated_local_network_access: true,
    });
  });
});
