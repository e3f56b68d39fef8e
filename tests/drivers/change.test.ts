import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CKR, Secret, type UnblockStyle } from '../../src/drivers/index.ts';
import { Rig } from './rig.ts';

const [OLD, NEW, WRONG] = ['123456', '246810', '654321'];

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start({ quirks: { concurrent: true } });
});
afterEach(() => rig.close());

function unblock(puk: string | null, newPin: string | null, style: UnblockStyle = 'init-pin') {
  const secret = (text: string | null): Secret | null => (text === null ? null : Secret.fromText(text));
  return rig.client.call('unblock', {
    slot: rig.slot,
    identity: rig.identity,
    style,
    puk: secret(puk),
    newPin: secret(newPin),
  });
}

describe('change of the PIN', () => {
  it('proves the old PIN by a login first when nobody is logged in, and leaves nobody logged in', async () => {
    expect(await rig.changePin(OLD, NEW)).toEqual({ rv: CKR.CKR_OK, step: 'set-pin', proven: true });
    expect(rig.spent()).toEqual(['C_Login user 0x0', 'C_SetPIN user 0x0']);
    expect((await rig.client.call('objects', { slot: rig.slot })).loggedIn).toBe(false);
    expect((await rig.login(OLD)).rv).toBe(CKR.CKR_PIN_INCORRECT);
    expect((await rig.login(NEW)).rv).toBe(CKR.CKR_OK);
  });

  it('spends one try with a wrong old PIN, not logged in', async () => {
    expect(await rig.changePin(WRONG, NEW)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    expect(rig.spent()).toEqual(['C_Login user 0xa0']);
    expect(await rig.changePin(WRONG, NEW)).toMatchObject({ step: 'prepare', knownWrong: true });
    expect(rig.spent()).toHaveLength(1);
  });

  it('lets C_SetPIN check the old PIN while logged in, and the login lasts', async () => {
    await rig.login();
    rig.shim.clear();
    expect(await rig.changePin(OLD, NEW)).toEqual({ rv: CKR.CKR_OK, step: 'set-pin' });
    expect(rig.spent()).toEqual(['C_SetPIN user 0x0']);
    expect((await rig.client.call('objects', { slot: rig.slot })).loggedIn).toBe(true);
    expect((await rig.login(NEW)).rv).toBe(CKR.CKR_OK);
  });

  it('spends one try with a wrong old PIN while logged in, and knows the value afterwards', async () => {
    await rig.login();
    rig.shim.clear();
    expect(await rig.changePin(WRONG, NEW)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'set-pin' });
    expect(rig.spent()).toEqual(['C_SetPIN user 0xa0']);
    expect((await rig.login(WRONG)).knownWrong).toBe(true);
    expect((await rig.login(OLD)).rv).toBe(CKR.CKR_OK);
  });

  it('tells a refused new PIN from a wrong old one', async () => {
    rig.shim.set(`C_SetPIN rv ${CKR.CKR_PIN_LEN_RANGE}`);
    expect(await rig.changePin(OLD, NEW)).toEqual({ rv: CKR.CKR_PIN_LEN_RANGE, step: 'set-pin', proven: true });
  });

  it('claims no proof when the second entry of the old PIN, on the reader, was wrong', async () => {
    rig.shim.set('pinpad enter', `C_SetPIN rv ${CKR.CKR_PIN_INCORRECT}`);
    const args = { slot: rig.slot, identity: rig.identity, currentPin: null, newPin: null };
    expect(await rig.client.call('changePin', args)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'set-pin' });
  });

  it('forgets wrong values when the PIN has changed: one of them may be right now', async () => {
    await rig.login(NEW);
    await rig.changePin(OLD, NEW);
    expect(await rig.login(NEW)).toEqual({ rv: CKR.CKR_OK, step: 'login' });
  });
});

describe('unblock by the SO PIN', () => {
  it('sets a new PIN, clears the flags and leaves nobody logged in', async () => {
    for (const pin of ['111111', '222222', '333333']) await rig.login(pin);
    expect((await rig.flags()) & 0x10000).not.toBe(0);
    rig.shim.clear();
    expect(await unblock('12345678', NEW)).toEqual({ rv: CKR.CKR_OK, step: 'init-pin', proven: true });
    expect(rig.spent()).toEqual(['C_Login so 0x0', 'C_InitPIN so 0x0']);
    expect((await rig.flags()) & 0x70000).toBe(0);
    expect((await rig.client.call('objects', { slot: rig.slot })).loggedIn).toBe(false);
    expect((await rig.login(NEW)).rv).toBe(CKR.CKR_OK);
  });

  it('ends the login that there was, on every lane', async () => {
    await rig.login();
    await Promise.all(Array.from({ length: 200 }, () => rig.sign(Buffer.alloc(32, 1))));
    expect((await unblock('12345678', NEW)).rv).toBe(CKR.CKR_OK);
    await expect(rig.sign(Buffer.alloc(32))).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
  });

  it('spends one try with a wrong SO PIN, knows it afterwards, and still does after a change of the user PIN', async () => {
    expect(await unblock('87654321', NEW)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    expect(rig.spent()).toEqual(['C_Login so 0xa0']);
    await rig.changePin(OLD, NEW);
    expect(await unblock('87654321', NEW)).toMatchObject({ knownWrong: true });
    expect(rig.shim.presentations('so')).toHaveLength(1);
  });

  it('calls the SO PIN proven when only the new PIN was refused', async () => {
    rig.shim.set(`C_InitPIN rv ${CKR.CKR_PIN_LEN_RANGE}`);
    expect(await unblock('12345678', NEW)).toEqual({ rv: CKR.CKR_PIN_LEN_RANGE, step: 'init-pin', proven: true });
  });

  it('keeps what is wrong as SO PIN apart from what is wrong as user PIN', async () => {
    await rig.login('12345678');
    expect((await unblock('12345678', NEW)).rv).toBe(CKR.CKR_OK);
  });

  it('never offers the PUK while a user is logged in, where C_SetPIN would take it for the old PIN', async () => {
    await rig.login();
    rig.shim.clear();
    rig.shim.set(`C_CloseAllSessions rv ${CKR.CKR_GENERAL_ERROR}`);
    expect(await unblock('12345678', NEW, 'set-pin-unlogged')).toEqual({ rv: CKR.CKR_USER_ALREADY_LOGGED_IN, step: 'prepare' });
    expect(rig.spent()).toEqual([]);
  });
});
