import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hostEnvironment } from '../../src/drivers/environment.ts';
import { openscModule } from '../backends/reader.ts';
import { hostLibrary, Rig } from './rig.ts';

const SPYING = {
  PKCS11SPY: '/usr/lib/libspied.so',
  PKCS11SPY_OUTPUT: '/tmp/spied',
  OPENSC_DEBUG: '9',
  LD_PRELOAD: '/nowhere/preloaded.so',
  LD_AUDIT: '/nowhere/audit.so',
  DYLD_INSERT_LIBRARIES: '/nowhere/inserted.dylib',
  NODE_OPTIONS: '--require /nowhere/required.js',
  Node_Options: '--inspect',
  NODE_PATH: '/nowhere',
  P11_KIT_DEBUG: 'all',
  OPENCRYPTOKI_TRACE_LEVEL: '5',
  SIGNET_TOKEN: 'a bearer token',
  SIGNET_HOST: '{}',
};

describe('the environment of a host', () => {
  it('loses what spies on a library and keeps what a library needs', () => {
    const kept = { PATH: '/usr/bin', HOME: '/root', LD_LIBRARY_PATH: '/opt/vendor', PCSCLITE_CSOCK_NAME: '/run/x', LANG: 'C' };
    expect(hostEnvironment({ ...SPYING, ...kept, UNSET: undefined }, {})).toEqual(kept);
  });

  it('lets the configuration of the driver win', () => {
    expect(hostEnvironment({ SOFTHSM2_CONF: 'own', PKCS11SPY: 'own' }, { SOFTHSM2_CONF: 'configured' })).toEqual({
      SOFTHSM2_CONF: 'configured',
    });
  });
});

describe('a real host', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(SPYING)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('starts and works as if the daemon had none of it', async () => {
    Object.assign(process.env, SPYING);
    const rig = await Rig.start();
    expect((await rig.login()).rv).toBe(0);
    // The loader and Node complain about what they cannot preload, when they are told to.
    expect(rig.client.output.lines()).toEqual([]);
    await rig.close();
  });

  it('gives the spy library nothing to spy on', async () => {
    const module = openscModule();
    if (module === undefined) throw new Error('OpenSC is not installed (Debian: apt-get install opensc-pkcs11)');
    const spy = join(dirname(module), 'pkcs11-spy.so');
    const log = join(mkdtempSync(join(tmpdir(), 'signet-spy-')), 'log');
    Object.assign(process.env, { PKCS11SPY: module, PKCS11SPY_OUTPUT: log });
    const { client } = hostLibrary(spy);
    await expect(client.call('slots', {})).rejects.toMatchObject({ code: 'driver_unavailable' });
    expect(client.status()).toMatchObject({ state: 'failed', lastError: expect.not.stringContaining('cannot open') });
    expect(existsSync(log)).toBe(false);
    await client.stop();
    rmSync(dirname(log), { recursive: true });
  });
});
