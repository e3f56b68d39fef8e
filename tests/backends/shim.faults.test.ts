import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absent, RV, Stage } from './shim/stage.ts';

describe.skipIf(absent !== undefined)(`fault shim: faults ${absent ?? ''}`, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.set();
  });
  afterEach(() => stage.clear());

  it('forwards when there is nothing to do, and does not lock where SoftHSM2 would not', async () => {
    const probe = await stage.open();
    for (let i = 0; i < 4; i++) expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.pinIncorrect });
    expect(await probe.ask('login', { pin: stage.token.userPin })).toEqual({ ok: null });
    expect(await probe.ask('sign', { mechanism: 'rsa' })).toEqual({ ok: 256 });
    expect(await probe.ask('slots', { present: true })).toEqual({ ok: 2 });
  });

  it('serves two threads at once', async () => {
    stage.control.set('C_Verify crash', '* delay 0');
    const probe = await stage.loggedIn();
    expect(await probe.ask('signTogether', { each: 300 })).toEqual({ ok: 600 });
  });

  describe('ends the process', () => {
    it.each([
      ['crash', { code: null, signal: 'SIGSEGV' }],
      ['abort', { code: null, signal: 'SIGABRT' }],
      ['exit0', { code: 0, signal: null }],
      ['forward-then-crash', { code: null, signal: 'SIGSEGV' }],
      ['forward-then-abort', { code: null, signal: 'SIGABRT' }],
      ['forward-then-exit0', { code: 0, signal: null }],
    ])('C_Sign %s', async (verb, end) => {
      const probe = await stage.loggedIn();
      stage.control.set(`C_Sign ${verb}`);
      await expect(probe.ask('sign', {})).rejects.toThrow(/ended with/);
      expect(await probe.ended).toMatchObject(end);
    });

    it('C_Sign overflow corrupts the heap', async () => {
      const probe = await stage.loggedIn();
      stage.control.set('C_Sign overflow');
      const asked = probe.ask('sign', {}).then(() => probe.ask('sign', {}));
      await expect(asked).rejects.toThrow(/ended with SIG/);
    });

    it('already at C_Initialize, and at C_GetFunctionList', async () => {
      stage.control.set('C_Initialize crash');
      await expect(stage.start()).rejects.toThrow('ended with SIGSEGV');
      stage.control.set('C_GetFunctionList abort');
      await expect(stage.start()).rejects.toThrow('ended with SIGABRT');
      stage.control.set('C_Initialize rv 5');
      await expect(stage.start()).rejects.toThrow('CKR_GENERAL_ERROR');
    });
  });

  describe('times', () => {
    it('delays and then forwards', async () => {
      const probe = await stage.loggedIn();
      stage.control.set('C_Sign delay 150');
      const before = performance.now();
      expect(await probe.ask('sign', {})).toEqual({ ok: 256 });
      expect(performance.now() - before).toBeGreaterThanOrEqual(149);
    });

    it('hangs for a time without calling the token, or after calling it', async () => {
      const probe = await stage.open();
      stage.control.set('C_Login hang 50');
      expect(await probe.ask('login', { pin: stage.token.userPin })).toMatchObject({ rv: RV.deviceError });
      stage.control.set('C_Login forward-then-hang 50');
      expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.pinIncorrect });
      expect(stage.control.trace().map(({ reached, rv }) => [reached, rv])).toEqual([
        [false, null],
        [true, RV.pinIncorrect],
      ]);
    });

    it('hangs for ever until it is killed', async () => {
      const probe = await stage.open();
      stage.control.set('C_Login forward-then-hang');
      const asked = probe.ask('login', { pin: stage.token.userPin });
      while (stage.control.trace().length === 0) await new Promise(setImmediate);
      const [end] = await Promise.all([probe.stop(), expect(asked).rejects.toThrow('SIGKILL')]);
      expect(end.signal).toBe('SIGKILL');
    });
  });

  it('fires once, or at the n-th call, over all processes', async () => {
    const first = await stage.loggedIn();
    stage.control.set('once C_Sign crash');
    await expect(first.ask('sign', {})).rejects.toThrow('SIGSEGV');
    const second = await stage.loggedIn();
    expect(await second.ask('sign', {})).toEqual({ ok: 256 });
    stage.control.set('nth 2 C_Sign rv 0x32');
    expect(await second.ask('sign', {})).toEqual({ ok: 256 });
    expect(await second.ask('sign', {})).toMatchObject({ rv: RV.deviceRemoved });
    // The refused C_Sign left the operation open.
    expect(await second.ask('sign', { prepared: true })).toEqual({ ok: 256 });
    stage.control.set('once C_Sign rv 0x32');
    expect(await second.ask('sign', {})).toMatchObject({ rv: RV.deviceRemoved });
  });

  it('sees every version of the control file, however quickly they follow', async () => {
    const probe = await stage.open();
    for (let i = 0; i < 50; i++) {
      stage.control.set(`C_GetTokenInfo rv 0x${(0x30 + (i % 2) * 2).toString(16)}`);
      expect(await probe.ask('flags', {})).toMatchObject({ rv: i % 2 ? RV.deviceRemoved : RV.deviceError });
    }
  });

  it('gives garbage lengths', async () => {
    const probe = await stage.loggedIn();
    stage.control.set('C_Sign length 0x10');
    expect(await probe.ask('sign', {})).toEqual({ ok: 16 });
    stage.control.set('C_Sign length 0x7fffffff');
    const reply = await probe.ask('sign', {});
    expect('ok' in reply && reply.ok !== 256).toBe(true);
  });

  it('prints what it is told, a PIN too, and never writes one to its trace', async () => {
    stage.control.set('C_Login print stderr a driver grumbles', 'C_Login print-pin stdout', 'C_Login flood stderr 100000');
    const probe = await stage.loggedIn();
    stage.control.set('C_Login print-pin stderr hex');
    await probe.ask('login', { pin: stage.token.userPin });
    const end = await probe.stop();
    expect(end.stdout).toBe(`pin=[${stage.token.userPin}]\n`);
    expect(end.stderr).toContain('a driver grumbles\n');
    expect(end.stderr).toContain(`pin=0x${Buffer.from(stage.token.userPin).toString('hex')}\n`);
    expect(end.stderr.length).toBeGreaterThanOrEqual(100_000);
    expect(JSON.stringify(stage.control.trace())).not.toContain(stage.token.userPin);
  });
});
