import { createHash, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { CKR, CkFailure, Secret } from '../../src/drivers/index.ts';
import { Rig, type RigOptions } from './rig.ts';

const WRONG = '654321';
const digest = createHash('sha256').update('what is signed').digest();

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => {
  rig = await Rig.start(options);
  return rig;
};
afterEach(() => rig.close());

describe('login', () => {
  it('takes the right PIN, and the key signs', async () => {
    await start();
    expect(await rig.login()).toEqual({ rv: CKR.CKR_OK, step: 'login' });
    const signature = await rig.sign(digest);
    const key = { key: rig.key('p256').publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from('what is signed'), key, signature)).toBe(true);
    expect(rig.spent()).toEqual(['C_Login user 0x0']);
  });

  it('presents a wrong PIN once, and never the same value again', async () => {
    await start();
    expect(await rig.login(WRONG)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    for (let again = 0; again < 5; again += 1) {
      expect(await rig.login(WRONG)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'prepare', knownWrong: true });
    }
    expect(await rig.login('111111')).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    expect(rig.shim.presentations('user')).toHaveLength(2);
  });

  it('makes no call of the library at all for a known wrong value', async () => {
    await start();
    await rig.login(WRONG);
    rig.shim.set('* crash');
    expect((await rig.login(WRONG)).knownWrong).toBe(true);
    rig.shim.set();
  });

  it('remembers wrong values per token and forgets them when told', async () => {
    await start();
    await rig.login(WRONG);
    await rig.client.call('forget', { identity: 'another' });
    expect((await rig.login(WRONG)).knownWrong).toBe(true);
    await rig.client.call('forget', { identity: rig.identity });
    expect((await rig.login(WRONG)).step).toBe('login');
    expect(rig.shim.presentations('user')).toHaveLength(2);
  });

  it('remembers the values that a driver rejects in its own words', async () => {
    await start({ quirks: { wrongPinAnswers: ['CKR_USER_NOT_LOGGED_IN'] } });
    rig.shim.set(`C_Login forward-then-rv ${CKR.CKR_USER_NOT_LOGGED_IN}`);
    expect(await rig.login(WRONG)).toEqual({ rv: CKR.CKR_USER_NOT_LOGGED_IN, step: 'login' });
    rig.shim.set();
    expect((await rig.login(WRONG)).knownWrong).toBe(true);
    expect(rig.shim.presentations('user')).toHaveLength(1);
  });

  it('does not take "already logged in" for proof: a wrong PIN is rejected while logged in, and ends the login', async () => {
    await start();
    await rig.login();
    expect(await rig.login(WRONG)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    expect(await rig.login()).toEqual({ rv: CKR.CKR_OK, step: 'login' });
    expect(rig.shim.presentations('user')).toHaveLength(3);
  });

  it('passes an "already logged in" of the library on as what it is', async () => {
    await start();
    rig.shim.set(`C_Login rv ${CKR.CKR_USER_ALREADY_LOGGED_IN}`);
    expect(await rig.login(WRONG)).toEqual({ rv: CKR.CKR_USER_ALREADY_LOGGED_IN, step: 'login' });
  });

  it('presents nothing to a token that is not the one asked for, nor an empty PIN', async () => {
    await start();
    expect(await rig.login('123456', 'somebody-else-0000000A')).toEqual({ rv: CKR.CKR_TOKEN_NOT_RECOGNIZED, step: 'prepare' });
    expect(await rig.login('')).toEqual({ rv: CKR.CKR_PIN_LEN_RANGE, step: 'prepare' });
    expect(rig.spent()).toEqual([]);
  });

  it('presents nothing when the token cannot be read, opened or logged out first', async () => {
    await start();
    await rig.login();
    rig.shim.clear();
    for (const broken of ['C_GetTokenInfo', 'C_Logout']) {
      rig.shim.set(`${broken} rv ${CKR.CKR_DEVICE_ERROR}`);
      expect(await rig.login()).toEqual({ rv: CKR.CKR_DEVICE_ERROR, step: 'prepare' });
    }
    rig.shim.set(`C_GetSessionInfo rv ${CKR.CKR_SESSION_HANDLE_INVALID}`, `C_OpenSession rv ${CKR.CKR_TOKEN_NOT_PRESENT}`);
    expect(await rig.login()).toEqual({ rv: CKR.CKR_TOKEN_NOT_PRESENT, step: 'prepare' });
    expect(rig.spent()).toEqual([]);
    rig.shim.set();
    expect(await rig.login()).toEqual({ rv: CKR.CKR_OK, step: 'login' });
  });

  it('passes NULL to a reader with a PIN pad: right, wrong, cancelled', async () => {
    await start();
    rig.shim.set('pinpad enter 123456');
    expect(await rig.login(null)).toEqual({ rv: CKR.CKR_OK, step: 'login' });
    rig.shim.set('pinpad wrong');
    expect(await rig.login(null)).toEqual({ rv: CKR.CKR_PIN_INCORRECT, step: 'login' });
    rig.shim.set('pinpad cancel');
    expect(await rig.login(null)).toEqual({ rv: CKR.CKR_FUNCTION_CANCELED, step: 'login' });
    expect(rig.spent()).toEqual(['C_Login user NULL 0x0', 'C_Login user NULL 0xa0', 'C_Login user NULL 0x50']);
  });

  it('consumes the secret: its bytes are zero once it is on its way', async () => {
    await start();
    const bytes = Buffer.from(rig.hsm.userPin);
    const pin = Secret.adopt(bytes);
    const answered = rig.client.call('login', { slot: rig.slot, identity: rig.identity, pin });
    expect(bytes.equals(Buffer.alloc(6))).toBe(true);
    expect((await answered).rv).toBe(CKR.CKR_OK);
    await expect(rig.client.call('login', { slot: rig.slot, identity: rig.identity, pin })).rejects.toThrow('used and wiped');
    expect(rig.spent()).toHaveLength(1);
  });

  it('keeps a login through requests that fail', async () => {
    await start();
    await rig.login();
    await expect(rig.client.call('sign', { ...rig.request(digest), mechanism: 0x9999 })).rejects.toMatchObject({
      rv: CKR.CKR_MECHANISM_INVALID,
    });
    await expect(rig.client.call('sign', { ...rig.request(digest), keyId: 'ff' })).rejects.toBeInstanceOf(CkFailure);
    rig.shim.set(`once C_Sign rv ${CKR.CKR_DEVICE_MEMORY}`);
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_DEVICE_MEMORY });
    expect(await rig.sign(digest)).toHaveLength(64);
  });

  it('ends the login on logout', async () => {
    await start();
    await rig.login();
    expect(await rig.logout()).toEqual({ rv: 0 });
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    expect(await rig.logout()).toEqual({ rv: 0 });
  });

  it('works again after the token was gone and came back, without the old login', async () => {
    await start();
    await rig.login();
    await rig.client.call('objects', { slot: rig.slot });
    rig.shim.set('token-gone reader');
    expect((await rig.client.call('slots', {})).slots).toEqual([]);
    await expect(rig.client.call('objects', { slot: rig.slot })).rejects.toMatchObject({ rv: CKR.CKR_TOKEN_NOT_PRESENT });
    rig.shim.set();
    await rig.look();
    expect((await rig.client.call('objects', { slot: rig.slot })).loggedIn).toBe(false);
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    expect(await rig.login()).toEqual({ rv: CKR.CKR_OK, step: 'login' });
    expect(await rig.sign(digest)).toHaveLength(64);
    expect(rig.spent()).toHaveLength(2);
  });
});

describe('what a login shows', () => {
  it('lists certificates and public keys without it, private keys with it', async () => {
    await start();
    const before = await rig.client.call('objects', { slot: rig.slot });
    expect(before).toMatchObject({ loggedIn: false, privateKeys: [] });
    expect(before.certificates.map(({ der }) => der.toString('base64'))).toEqual(
      expect.arrayContaining(rig.hsm.keys.map(({ certificate }) => certificate)),
    );
    expect(before.mechanisms).toContain(0x1041);
    await rig.login();
    const after = await rig.client.call('objects', { slot: rig.slot });
    expect(after.loggedIn).toBe(true);
    expect(after.privateKeys).toHaveLength(3);
    expect(after.privateKeys).toContainEqual({ id: '02', label: 'p256', alwaysAuthenticate: false, canSign: true });
  });
});
