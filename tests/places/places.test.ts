import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configFile, isPrivate, runtimeDir, socketPath, stateDir, tokenFile } from '../../src/places/index.ts';

const linux = (env: NodeJS.ProcessEnv) => ({ env, platform: 'linux' as const, home: '/home/ana' });
const folder = mkdtempSync(join(tmpdir(), 'signet-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('places on Linux', () => {
  it('follow the variables of Signet first, XDG second, the home third', () => {
    expect(stateDir(linux({ SIGNET_STATE_DIR: '/s', XDG_STATE_HOME: '/x' }))).toBe('/s');
    expect(stateDir(linux({ XDG_STATE_HOME: '/x' }))).toBe('/x/signet');
    expect(stateDir(linux({}))).toBe('/home/ana/.local/state/signet');
    expect(runtimeDir(linux({ SIGNET_RUNTIME_DIR: '/r', XDG_RUNTIME_DIR: '/run/user/7' }))).toBe('/r');
    expect(runtimeDir(linux({ XDG_RUNTIME_DIR: '/run/user/7' }))).toBe('/run/user/7/signet');
    expect(runtimeDir(linux({}))).toBe('/home/ana/.local/state/signet/run');
    expect(configFile(linux({ SIGNET_CONFIG: '/c.toml' }))).toBe('/c.toml');
    expect(configFile(linux({ XDG_CONFIG_HOME: '/x' }))).toBe('/x/signet/config.toml');
    expect(configFile(linux({}))).toBe('/home/ana/.config/signet/config.toml');
  });

  it('take an empty variable for one that is not set', () => {
    expect(runtimeDir(linux({ SIGNET_RUNTIME_DIR: '', XDG_RUNTIME_DIR: '' }))).toBe('/home/ana/.local/state/signet/run');
  });

  it('do not move the runtime folder with the state folder, which a client cannot know', () => {
    expect(runtimeDir(linux({ SIGNET_STATE_DIR: '/s' }))).toBe('/home/ana/.local/state/signet/run');
  });
});

describe('places elsewhere', () => {
  it('ignore XDG on macOS', () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/7', XDG_STATE_HOME: '/x' };
    expect(runtimeDir({ env, platform: 'darwin' })).not.toContain('/run/user');
    expect(stateDir({ env, platform: 'darwin' })).not.toContain('/x');
  });

  it('name one pipe for each folder on Windows', () => {
    expect(socketPath('C:\\Users\\Ana\\run', 'win32')).toMatch(/^\\\\\.\\pipe\\signet-[0-9a-f]{24}$/);
    expect(socketPath('C:\\Users\\Ana\\run', 'win32')).toBe(socketPath('c:\\users\\ana\\RUN', 'win32'));
    expect(socketPath('C:\\Users\\Bob\\run', 'win32')).not.toBe(socketPath('C:\\Users\\Ana\\run', 'win32'));
  });

  it('put socket and token file into the runtime folder', () => {
    expect(socketPath('/r', 'linux')).toBe('/r/signet.sock');
    expect(tokenFile('/r')).toBe('/r/token');
  });
});

describe('isPrivate', () => {
  it('tells a folder that others can write to', () => {
    chmodSync(folder, 0o700);
    expect(isPrivate(folder)).toBe(true);
    chmodSync(folder, 0o720);
    expect(isPrivate(folder)).toBe(false);
    chmodSync(folder, 0o702);
    expect(isPrivate(folder)).toBe(false);
    chmodSync(folder, 0o755);
    expect(isPrivate(folder)).toBe(true);
  });
});
