import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/daemon/index.ts';
import { startTestDaemon } from '../fixture/index.ts';
import { sample } from '../procedures/sample.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-daemon-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('reads the folder beside the configuration file, where there is one', async () => {
  const env = { SIGNET_CONFIG: join(home, 'config.toml') };
  expect(loadConfig({}, env).procedureDirs).toEqual([]);
  mkdirSync(join(home, 'procedures'));
  expect(loadConfig({}, env).procedureDirs).toEqual([join(home, 'procedures')]);
  expect(loadConfig({ config: undefined }, { ...env, SIGNET_PROCEDURE_DIRS: '/a:/b' }).procedureDirs).toEqual(['/a', '/b']);
  writeFileSync(join(home, 'procedures', 'acme.unblock.json'), JSON.stringify(sample()));
  const daemon = await startTestDaemon({ home });
  try {
    expect((await daemon.call('GET', '/v1/procedures/acme.unblock')).status).toBe(200);
  } finally {
    await daemon.dispose();
  }
});

it('starts with folders that are not there and files that are wrong, and says so', async () => {
  const folder = join(home, 'own');
  mkdirSync(folder);
  writeFileSync(join(folder, 'acme.unblock.json'), JSON.stringify({ ...sample(), verified: 'yesterday' }));
  const daemon = await startTestDaemon({ home, settings: { procedureDirs: [join(home, 'nowhere'), folder] } });
  try {
    const { json } = await daemon.call('GET', '/v1/procedures');
    expect(json.refusals).toEqual([
      { file: join(home, 'nowhere'), line: null, code: 'folder_unreadable', reason: 'the folder cannot be read (ENOENT).' },
      { file: join(folder, 'acme.unblock.json'), line: 1, code: 'form', reason: expect.stringMatching(/^verified: /) },
    ]);
    expect(json.procedures.length).toBeGreaterThan(30);
  } finally {
    await daemon.dispose();
  }
});

it('wants a list of folders', () => {
  writeFileSync(join(home, 'config.toml'), 'procedureDirs = "one"\n');
  expect(() => loadConfig({}, { SIGNET_CONFIG: join(home, 'config.toml') })).toThrow(ConfigError);
});
