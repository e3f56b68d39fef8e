import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/daemon/index.ts';
import { codeOf, Document, tableRows } from '../docs/document.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';

const CANARY = 'canary-of-a-variable';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startTestDaemon({
    child: true,
    drivers: [{ path: process.execPath, tryLimit: 5, environment: { VENDOR_SECRET: CANARY } }],
    settings: { session: { idleSeconds: 77 } },
    env: { SIGNET_WATCH_EVERY: '400' },
    tokens: 0,
  });
});
afterAll(() => daemon.dispose());

interface Told {
  key: string;
  value: unknown;
  source: string;
  flag: string | null;
  variable: string | null;
}
const told = async (): Promise<Map<string, Told>> => {
  const { settings } = (await daemon.call('GET', '/v1/settings')).json as { settings: Told[] };
  return new Map(settings.map((each) => [each.key, each]));
};

describe('GET /v1/settings', () => {
  it('tells version, licence, places and how long it runs', async () => {
    const { status, json } = await daemon.call('GET', '/v1/settings');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      license: 'MIT',
      address: daemon.url,
      file: { path: join(daemon.home, 'config.toml'), exists: true },
      places: {
        stateDir: daemon.stateDir,
        database: join(daemon.stateDir, 'signet.db'),
        runtimeDir: daemon.runtimeDir,
        socket: daemon.socket,
        tokenFile: daemon.tokenFile,
      },
    });
    expect(existsSync(json.places.database)).toBe(true);
    expect(Date.now() - Date.parse(json.startedAt)).toBeLessThan(60_000);
    expect(json.uptimeSeconds).toBeLessThan(60);
  });

  it('tells each value with where it is from', async () => {
    const settings = await told();
    expect(settings.get('watchEvery')).toMatchObject({ value: 400, source: 'environment' });
    expect(settings.get('logLevel')).toMatchObject({ value: 'silent', source: 'file' });
    expect(settings.get('session.idleSeconds')).toMatchObject({ value: 77, source: 'file' });
    expect(settings.get('session.absoluteSeconds')).toMatchObject({ value: 28_800, source: 'default' });
    expect(settings.get('maxQueue')).toMatchObject({ value: 20_000, source: 'default' });
    expect(settings.get('language')).toMatchObject({ value: null, source: 'default' });
    expect(settings.get('drivers')).toMatchObject({ value: [process.execPath], source: 'file' });
  });

  it('tells the names of a driver’s variables and never their values', async () => {
    const { json, text } = await daemon.call('GET', '/v1/settings');
    expect(json.drivers).toEqual([{ path: process.execPath, tryLimit: 5, environment: ['VENDOR_SECRET'] }]);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(daemon.token);
  });

  it('tells every setting of docs/configuration.md, with the same flag and variable', async () => {
    const rows = tableRows(new Document('docs/configuration.md').section('Every key')).filter(({ length }) => length === 5);
    const documented = rows.map(([key, , flag, variable]) => [
      codeOf(key),
      codeOf(flag?.replace(/ \(.*/, '')) ?? null,
      codeOf(variable) ?? null,
    ]);
    const shown = [...(await told()).values()].map(({ key, flag, variable }) => [key, flag, variable]);
    expect(shown).toEqual(documented);
  });

  it('is for those who administer, and cannot be written to', async () => {
    const reader = await daemon.client('reader', 'status', 'sign', 'pin');
    expect(await daemon.as(reader)('GET', '/v1/settings')).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
    expect((await daemon.call('PUT', '/v1/settings', { port: 1 })).status).toBe(405);
  });
});

describe('the origin of a setting', () => {
  it('is the last place that names it', () => {
    const config = join(daemon.home, 'config.toml');
    const { config: read, origins } = readConfig({ config, port: 4_711 }, { SIGNET_PORT: '4712', SIGNET_LANGUAGE: 'fr' });
    expect([read.port, origins.of('port')]).toEqual([4_711, 'command_line']);
    expect([read.language, origins.of('language')]).toEqual(['fr', 'environment']);
    expect([origins.of('stateDir'), origins.of('session.idleSeconds'), origins.of('deadlines.list')]).toEqual([
      'file',
      'file',
      'default',
    ]);
    expect(origins.file).toBe(config);
  });
});
