import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absent, counting, flags, RV, Stage } from './shim/stage.ts';

const FLAG = {
  low: 0x10000,
  final: 0x20000,
  locked: 0x40000,
  soLow: 0x100000,
  soFinal: 0x200000,
  soLocked: 0x400000,
  pinpad: 0x100,
};

describe.skipIf(absent !== undefined)(`fault shim: PINs ${absent ?? ''}`, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.set();
  });
  afterEach(() => stage.clear());

  it('answers what it is told, with or without spending the try', async () => {
    stage.control.set('lock-after 3');
    const probe = await stage.open();
    stage.control.set('lock-after 3', `C_Login rv 0x${RV.deviceError.toString(16)}`);
    expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.deviceError });
    expect(await counting(probe)).toBe(0);
    stage.control.set('lock-after 3', 'C_Login forward-then-rv 0x32');
    expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.deviceRemoved });
    expect(await counting(probe)).toBe(FLAG.low);
    expect(stage.control.presentations('user')).toHaveLength(1);
  });

  it('spends the try that a crash after the comparison took', async () => {
    stage.control.set('lock-after 3', 'C_Login forward-then-crash');
    const probe = await stage.open();
    await expect(probe.ask('login', { pin: '000000' })).rejects.toThrow('SIGSEGV');
    stage.control.set('lock-after 3');
    expect(await counting(await stage.start())).toBe(FLAG.low);
    expect(stage.control.trace()).toMatchObject([
      { call: 'C_Login', kind: 'user', reached: true, rv: RV.pinIncorrect, pid: probe.pid },
    ]);
  });

  it('changes the flags, or gives them late', async () => {
    const probe = await stage.open();
    stage.control.set('C_GetTokenInfo flags-set 0x40000', 'C_GetTokenInfo flags-clear 0x400');
    expect((await flags(probe)) & (FLAG.locked | 0x400)).toBe(FLAG.locked);
    stage.control.set('lock-after 3');
    expect(await counting(probe)).toBe(0);
    stage.control.set('lock-after 3', 'C_GetTokenInfo flags-late');
    await probe.ask('login', { pin: '000000' });
    expect(await counting(probe)).toBe(0);
    await probe.ask('login', { pin: '000000' });
    expect(await counting(probe)).toBe(FLAG.low);
    expect(await counting(probe)).toBe(FLAG.low | FLAG.final);
    stage.control.set('lock-after 3', 'C_GetTokenInfo flags-frozen');
    await probe.ask('login', { pin: stage.token.userPin });
    for (let i = 0; i < 2; i++) expect(await counting(probe)).toBe(FLAG.low | FLAG.final);
    stage.control.set('lock-after 3');
    expect(await counting(probe)).toBe(0);
  });

  describe('a token that locks', () => {
    it('counts the user PIN down with honest flags, over processes, until the SO unblocks it', async () => {
      stage.control.set('lock-after 3 low-final');
      const probe = await stage.open();
      const seen: number[] = [];
      for (let i = 0; i < 2; i++) {
        expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.pinIncorrect });
        seen.push(await counting(probe));
      }
      await probe.stop();
      const next = await stage.open();
      expect(await next.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.pinIncorrect });
      seen.push(await counting(next));
      expect(seen).toEqual([FLAG.low, FLAG.low | FLAG.final, FLAG.locked]);
      expect(await next.ask('login', { pin: stage.token.userPin })).toMatchObject({ rv: RV.pinLocked });
      expect(await next.ask('setPin', { oldPin: stage.token.userPin, newPin: '222222' })).toMatchObject({ rv: RV.pinLocked });
      expect(stage.control.presentations('user')).toHaveLength(3);

      await next.ask('login', { pin: stage.token.soPin, user: 0 });
      expect(await next.ask('initPin', { pin: '111111' })).toEqual({ ok: null });
      await next.ask('logout', {});
      expect(await counting(next)).toBe(0);
      expect(await next.ask('login', { pin: '111111' })).toEqual({ ok: null });
    });

    it('counts the SO PIN apart', async () => {
      stage.control.set('lock-after 3');
      const probe = await stage.open();
      const seen: number[] = [];
      for (let i = 0; i < 3; i++) {
        await probe.ask('login', { pin: '00000000', user: 0 });
        seen.push(await counting(probe));
      }
      expect(seen).toEqual([FLAG.soLow, FLAG.soLow | FLAG.soFinal, FLAG.soLocked]);
      expect(await probe.ask('login', { pin: stage.token.soPin, user: 0 })).toMatchObject({ rv: RV.pinLocked });
      expect(await probe.ask('login', { pin: stage.token.userPin })).toEqual({ ok: null });
    });

    it('counts a PIN change and a context login, and a success clears both', async () => {
      stage.control.set('lock-after 3');
      const probe = await stage.open();
      expect(await probe.ask('setPin', { oldPin: '000000', newPin: '222222' })).toMatchObject({ rv: RV.pinIncorrect });
      expect(await counting(probe)).toBe(FLAG.low);
      expect(await probe.ask('login', { pin: stage.token.userPin })).toEqual({ ok: null });
      expect(await counting(probe)).toBe(0);
      expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.alreadyLoggedIn });
      expect(await counting(probe)).toBe(0);
      await probe.ask('login', { pin: '000000', user: 2 });
      expect(stage.control.trace().map(({ call, kind }) => `${call} ${kind}`)).toEqual([
        'C_SetPIN user',
        'C_Login user',
        'C_Login user',
        'C_Login context',
      ]);
    });

    it('locks without a single flag when told so', async () => {
      stage.control.set('lock-after 2 none');
      const probe = await stage.open();
      for (let i = 0; i < 2; i++) expect(await probe.ask('login', { pin: '000000' })).toMatchObject({ rv: RV.pinIncorrect });
      expect(await probe.ask('login', { pin: stage.token.userPin })).toMatchObject({ rv: RV.pinLocked });
      expect(await counting(probe)).toBe(0);
    });

    it('starts afresh after clear', async () => {
      stage.control.set('lock-after 1');
      const probe = await stage.open();
      await probe.ask('login', { pin: '000000' });
      expect(await counting(probe)).toBe(FLAG.locked);
      stage.control.clear();
      expect(stage.control.trace()).toEqual([]);
      stage.control.set('lock-after 1');
      expect(await counting(probe)).toBe(0);
    });
  });

  describe('a reader with a PIN pad', () => {
    it('asks for the PIN itself', async () => {
      stage.control.set('pinpad enter');
      const probe = await stage.open();
      expect((await flags(probe)) & FLAG.pinpad).toBe(FLAG.pinpad);
      expect(await probe.ask('login', { pin: null })).toEqual({ ok: null });
      expect(await probe.ask('sign', {})).toEqual({ ok: 256 });
      expect(stage.control.trace()).toMatchObject([{ pinNull: true, reached: true, rv: 0 }]);
    });

    it.each([
      ['cancel', RV.canceled, 0],
      ['refuse', RV.rejected, 0],
      ['wrong', RV.pinIncorrect, 1],
    ])('%s', async (mode, rv, spent) => {
      stage.control.set(`pinpad ${mode}`, 'lock-after 3');
      const probe = await stage.open();
      expect(await probe.ask('login', { pin: null })).toMatchObject({ rv });
      expect(stage.control.presentations()).toHaveLength(spent);
      expect(await counting(probe)).toBe(spent ? FLAG.low : 0);
    });
  });
});
