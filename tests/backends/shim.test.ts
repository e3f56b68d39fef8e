import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absent, RV, Stage } from './shim/stage.ts';
import { buildShim, installShim } from './shim.ts';

describe.skipIf(absent !== undefined)(`fault shim ${absent ?? ''}`, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.set();
  });
  afterEach(() => stage.clear());

  it('takes the token away with its sessions, and gives it back without them', async () => {
    const probe = await stage.loggedIn();
    stage.control.set('token-gone');
    expect(await probe.ask('slots', { present: false })).toEqual({ ok: 0 });
    expect(await probe.ask('sign', {})).toMatchObject({ rv: RV.sessionInvalid });
    stage.control.set('token-gone reader');
    expect(await probe.ask('slots', { present: true })).toEqual({ ok: 0 });
    expect(await probe.ask('slots', { present: false })).toEqual({ ok: 2 });
    expect(await probe.ask('flags', {})).toMatchObject({ rv: RV.notPresent });
    stage.control.set();
    expect(await probe.ask('sign', {})).toMatchObject({ rv: RV.sessionInvalid });
    await probe.ask('open', {});
    expect(await probe.ask('login', { pin: stage.token.userPin })).toEqual({ ok: null });
  });

  describe('settings beside the library', () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-shim-copies-'));
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it('let two copies differ', async () => {
      const crashing = await installShim(join(directory, 'a'), { ...stage.token.env, ...stage.control.env });
      const sound = await installShim(join(directory, 'b'), stage.token.env);
      stage.control.set('C_OpenSession crash');
      const bad = await stage.start(crashing, {});
      const good = await stage.start(sound, {});
      await expect(bad.ask('open', {})).rejects.toThrow('SIGSEGV');
      expect(await good.ask('open', {})).toEqual({ ok: null });
    });

    it('name a target that is not there', async () => {
      const lost = await installShim(join(directory, 'c'), { SHIM_TARGET: '/nowhere.so' });
      await expect(stage.start(lost, {})).rejects.toThrow('/nowhere.so');
    });
  });

  it('is built once and kept for this user alone', async () => {
    expect(await buildShim()).toBe(stage.library);
    expect(statSync(join(stage.library, '..')).mode & 0o077).toBe(0);
    const directory = stage.control.directory;
    stage.control.dispose();
    expect(existsSync(directory)).toBe(false);
  });

  it.each([
    'C_Sign crsh',
    'C_Sign rv',
    'C_Login delay soon',
    'once',
    'lock-after 0',
    'pinpad',
    'print stdout x',
    'twice C_Sign crash',
  ])('refuses "%s", which is no rule', (line) => {
    expect(() => stage.control.set(line)).toThrow(`not a rule of the fault shim: ${line}`);
  });
});
