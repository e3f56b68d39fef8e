import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, type Flags, loadConfig } from '../../src/daemon/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function file(text: string): string {
  count += 1;
  const path = join(folder, `${count}.toml`);
  writeFileSync(path, text);
  return path;
}

/** The configuration from a file's text, variables and flags. */
const load = (text: string, env: NodeJS.ProcessEnv = {}, flags: Flags = {}) => loadConfig({ config: file(text), ...flags }, env);

function refusal(run: () => unknown): { key: string; source: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return { key: error.key, source: error.source, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
}

describe('the configuration', () => {
  it('has defaults for everything', () => {
    expect(loadConfig({}, { HOME: '/home/somebody', SIGNET_CONFIG: '/nowhere/config.toml' })).toMatchObject({
      port: 9711,
      drivers: [],
      catalogue: true,
      practice: true,
      logLevel: 'warn',
      deadlines: { list: 5_000, login: 60_000, sign: 30_000, start: 15_000 },
      session: { idleSeconds: 900, absoluteSeconds: 28_800 },
    });
  });

  it('takes flags over environment over file over defaults', () => {
    const text = 'port = 1\nlanguage = "fr"\nlogLevel = "error"\n';
    expect(load('').port).toBe(9711);
    expect(load(text)).toMatchObject({ port: 1, language: 'fr', logLevel: 'error' });
    expect(load(text, { SIGNET_PORT: '2', SIGNET_LANGUAGE: 'es' })).toMatchObject({ port: 2, language: 'es', logLevel: 'error' });
    expect(load(text, { SIGNET_PORT: '2', SIGNET_LANGUAGE: 'es' }, { port: 3 })).toMatchObject({ port: 3, language: 'es' });
  });

  it('reads each variable', () => {
    const env = {
      SIGNET_PORT: '0',
      SIGNET_DRIVERS: '/a.so:/b.so',
      SIGNET_CATALOGUE: '0',
      SIGNET_PRACTICE: 'false',
      SIGNET_STATE_DIR: '/s',
      SIGNET_RUNTIME_DIR: '/r',
      SIGNET_LANGUAGE: 'en',
      SIGNET_LOG_LEVEL: 'trace',
      SIGNET_WATCH_EVERY: '200',
    };
    expect(loadConfig({}, env)).toMatchObject({
      port: 0,
      drivers: ['/a.so', '/b.so'],
      catalogue: false,
      practice: false,
      stateDir: '/s',
      runtimeDir: '/r',
      language: 'en',
      logLevel: 'trace',
      watchEvery: 200,
    });
    expect(load('port = 5', { SIGNET_PORT: '' }).port).toBe(5);
  });

  it('keeps part of a group and fills in the rest', () => {
    expect(load('[deadlines]\nsign = 7\n[session]\nidleSeconds = 5\n')).toMatchObject({
      deadlines: { list: 5_000, sign: 7 },
      session: { idleSeconds: 5, absoluteSeconds: 28_800 },
    });
  });

  it('names drivers by path or with their surroundings', () => {
    const text = 'drivers = ["/a.so", { path = "/b.so", tryLimit = 5, environment = { SOFTHSM2_CONF = "/c" } }]';
    expect(load(text).drivers).toEqual(['/a.so', { path: '/b.so', tryLimit: 5, environment: { SOFTHSM2_CONF: '/c' } }]);
  });
});

describe('a setting that cannot be used', () => {
  it.each([
    ['port = "9711"', 'port'],
    ['port = 70000', 'port'],
    ['port = -1', 'port'],
    ['port = 1.5', 'port'],
    ['logLevel = "loud"', 'logLevel'],
    ['language = "de"', 'language'],
    ['stateDir = ""', 'stateDir'],
    ['pin = "123456"', 'pin'],
    ['prot = 1', 'prot'],
    ['__proto__ = 1', '__proto__'],
    ['constructor = 1', 'constructor'],
    ['drivers = "x"', 'drivers'],
    ['drivers = [{ path = 1 }]', 'drivers.0'],
    ['drivers = [{ path = "/a", pin = "1" }]', 'drivers.0'],
    ['[deadlines]\nsign = 0', 'deadlines.sign'],
    ['[deadlines]\nsing = 1', 'deadlines.sing'],
    ['[session]\nidleSeconds = 0', 'session.idleSeconds'],
    ['watchEvery = 1', 'watchEvery'],
  ])('in the file: %s', (text, key) => {
    const told = refusal(() => load(text));
    expect(told.key).toMatch(new RegExp(`^${key.replaceAll('.', '\\.')}`));
    expect(told.source).toMatch(/\.toml$/);
    expect(told.message).not.toContain('123456');
  });

  it.each([
    ['SIGNET_PORT', 'nine', 'port'],
    ['SIGNET_PORT', '-1', 'port'],
    ['SIGNET_PORT', '99999', 'port'],
    ['SIGNET_CATALOGUE', 'maybe', 'catalogue'],
    ['SIGNET_LOG_LEVEL', 'loud', 'logLevel'],
    ['SIGNET_LANGUAGE', 'de', 'language'],
  ])('in the environment: %s=%s', (name, value, key) => {
    expect(refusal(() => load('', { [name]: value }))).toMatchObject({ key, source: 'environment' });
  });

  it('in a flag', () => {
    expect(refusal(() => load('', {}, { port: 123_456 }))).toMatchObject({ key: 'port', source: 'command line' });
    expect(refusal(() => load('', {}, { logLevel: 'loud' }))).toMatchObject({ key: 'logLevel', source: 'command line' });
  });

  it('is found where it stands even when a stronger one covers it', () => {
    expect(refusal(() => load('port = "x"', { SIGNET_PORT: '1' }))).toMatchObject({ key: 'port' });
  });

  it('may be the whole file', () => {
    expect(refusal(() => load('port = = 1')).key).toBe('(whole file)');
    expect(refusal(() => loadConfig({ config: folder }, {})).key).toBe('(whole file)');
    expect(refusal(() => loadConfig({ config: join(folder, 'none.toml') }, {}))).toMatchObject({
      key: 'config',
      source: 'command line',
    });
  });
});
