import { createHash, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CKR, type DriverClient, identityOf, Secret, type SignRequest, type UnblockStyle } from '../../src/drivers/index.ts';
import type { Card } from '../backends/card/card.ts';
import { provision } from '../backends/card/provision.ts';
import { missing, openscModule, type Reader, startReader } from '../backends/reader.ts';
import { hostLibrary } from './rig.ts';

const why = missing();
const MESSAGE = Buffer.from('what the holder agreed to');
const DIGEST = createHash('sha256').update(MESSAGE).digest();
const [AUTHENTICATION, SIGNATURE] = ['01', '02'];
const [PIN, NEW, WRONG] = ['123456', '246810', '654321'];

describe.skipIf(why)(`cards behind OpenSC${why ? `: ${why}` : ''}`, () => {
  let reader: Reader;
  let card: Card;
  let client: DriverClient;
  let place = { slot: '', identity: '' };

  beforeEach(async () => {
    reader = await startReader();
  });
  afterEach(async () => {
    await client.stop();
    await reader.close();
  });

  const open = async (environment: Record<string, string> = reader.env): Promise<void> => {
    ({ client } = hostLibrary(openscModule() ?? '', { environment }));
    await look();
  };
  const look = async (): Promise<void> => {
    const { slots } = await client.call('slots', {});
    const found = slots.find(({ token }) => token !== null);
    if (!found?.token) throw new Error('no token');
    place = { slot: found.slot, identity: identityOf(found.token) };
  };
  const login = (pin = PIN) => client.call('login', { ...place, pin: Secret.fromText(pin) });
  const changePin = (from: string, to: string) =>
    client.call('changePin', { ...place, currentPin: Secret.fromText(from), newPin: Secret.fromText(to) });
  const unblock = (style: UnblockStyle, puk: string, pin: string) =>
    client.call('unblock', { ...place, style, puk: Secret.fromText(puk), newPin: Secret.fromText(pin) });
  const authenticate = (): SignRequest => ({
    slot: place.slot,
    keyId: AUTHENTICATION,
    mechanism: 0x1041,
    inputs: [DIGEST],
    expectedLength: 64,
  });
  const signWith = async (pin: string) => {
    const request = { slot: place.slot, keyId: SIGNATURE, mechanism: 0x40, inputs: [MESSAGE], expectedLength: 256 };
    return client.call('sign', { ...request, identity: place.identity, contextPin: Secret.fromText(pin) });
  };

  describe('PIV', () => {
    beforeEach(async () => {
      card = await reader.insert();
    });

    it('signs after a login; a wrong PIN costs one try, the same one again none', async () => {
      await open();
      expect((await login(WRONG)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect((await login(WRONG)).knownWrong).toBe(true);
      expect(await card.truth()).toMatchObject({ pinLeft: 2, verifies: 1 });
      expect((await login()).rv).toBe(CKR.CKR_OK);
      const { signatures } = await client.call('sign', authenticate());
      const key = { key: card.publicKey('9a'), dsaEncoding: 'ieee-p1363' as const };
      expect(verify('sha256', MESSAGE, key, signatures[0] ?? Buffer.alloc(0))).toBe(true);
    });

    it('rejects a wrong PIN while logged in', async () => {
      await open();
      await login();
      expect((await login(WRONG)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect(await card.truth()).toMatchObject({ pinLeft: 2, verifies: 2 });
    });

    it('keeps its login through a request that fails', async () => {
      await open();
      await login();
      await expect(client.call('sign', { ...authenticate(), mechanism: 0x9999 })).rejects.toMatchObject({ name: 'CkFailure' });
      expect((await client.call('sign', authenticate())).signatures).toHaveLength(1);
    });

    it('asks for the PIN of each 9C signature, and presents it once', async () => {
      await open();
      await login();
      const { privateKeys } = await client.call('objects', { slot: place.slot });
      const asks = Object.fromEntries(privateKeys.map(({ id, alwaysAuthenticate }) => [id, alwaysAuthenticate]));
      expect(asks).toEqual({ [AUTHENTICATION]: false, [SIGNATURE]: true });
      const { verifies } = await card.truth();
      for (let round = 1; round <= 3; round += 1) {
        const { signatures, context } = await signWith(PIN);
        expect(context).toEqual({ rv: CKR.CKR_OK, step: 'context-login' });
        expect(verify('sha256', MESSAGE, card.publicKey('9c'), signatures[0] ?? Buffer.alloc(0))).toBe(true);
        expect((await card.truth()).verifies).toBe(verifies + round);
      }
    });

    it('a wrong PIN for a 9C signature costs one try, is known afterwards, and does not spoil the next signature', async () => {
      await open();
      await login();
      expect(await signWith(WRONG)).toEqual({ signatures: [], context: { rv: CKR.CKR_PIN_INCORRECT, step: 'context-login' } });
      expect((await signWith(WRONG)).context).toMatchObject({ knownWrong: true });
      expect(await card.truth()).toMatchObject({ pinLeft: 2, verifies: 2 });
      // The card has ended the login with it, and says so.
      await expect(signWith(PIN)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
      await login();
      const { signatures } = await signWith(PIN);
      expect(verify('sha256', MESSAGE, card.publicKey('9c'), signatures[0] ?? Buffer.alloc(0))).toBe(true);
      expect(await card.truth()).toMatchObject({ pinLeft: 3 });
    });

    it('gives the PIN to no other card: one that was swapped in unseen is not presented it', async () => {
      await open();
      await card.remove();
      const other = await reader.insert();
      const answer = await login();
      expect(answer.rv).not.toBe(CKR.CKR_OK);
      expect(answer.step).toBe('prepare');
      expect(await other.truth()).toMatchObject({ verifies: 0, pinLeft: 3 });
      expect(await card.truth()).toMatchObject({ verifies: 0 });
      await look();
      expect((await login()).rv).toBe(CKR.CKR_OK);
      expect(await other.truth()).toMatchObject({ verifies: 1 });
    });

    it('gives the PIN for a signature to no other card either', async () => {
      await open();
      await login();
      await card.remove();
      const other = await reader.insert();
      const answer = await signWith(PIN).catch(() => null);
      expect(answer?.signatures ?? []).toEqual([]);
      expect(await other.truth()).toMatchObject({ verifies: 0, signatures: 0 });
    });

    it('goes on after the card was out and in, with a new login', async () => {
      await open();
      await login();
      await card.remove();
      await card.reinsert();
      await expect(client.call('sign', authenticate())).rejects.toMatchObject({ name: 'CkFailure' });
      await look();
      expect((await login()).rv).toBe(CKR.CKR_OK);
      expect((await client.call('sign', authenticate())).signatures).toHaveLength(1);
    });

    it('changes the PIN, logged in and not, and a wrong old one costs one try each time', async () => {
      await open();
      expect((await changePin(WRONG, NEW)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect(await card.truth()).toMatchObject({ pinLeft: 2 });
      expect((await changePin(PIN, NEW)).rv).toBe(CKR.CKR_OK);
      expect((await login(NEW)).rv).toBe(CKR.CKR_OK);
      expect((await changePin('111111', PIN)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect(await card.truth()).toMatchObject({ pinLeft: 2 });
      expect((await changePin(NEW, PIN)).rv).toBe(CKR.CKR_OK);
      expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
    });

    it('does not take a change of the PIN for an attempt on the PUK, where OpenSC would', async () => {
      await open(await reader.envWith('set_pin_in_unlogged_session'));
      expect((await changePin(PIN, NEW)).rv).toBe(CKR.CKR_OK);
      expect((await changePin(WRONG, PIN)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect(await card.truth()).toMatchObject({ pinLeft: 2, pukLeft: 3 });
    });

    it('is unblocked by its PUK in a session without login', async () => {
      await open(await reader.envWith('set_pin_in_unlogged_session'));
      for (const pin of ['111111', '222222', '333333']) await login(pin);
      expect(await card.truth()).toMatchObject({ pinLeft: 0 });
      expect((await unblock('set-pin-unlogged', '87654321', NEW)).rv).toBe(CKR.CKR_PIN_INCORRECT);
      expect((await unblock('set-pin-unlogged', '87654321', NEW)).knownWrong).toBe(true);
      expect(await card.truth()).toMatchObject({ pukLeft: 2 });
      expect((await unblock('set-pin-unlogged', '12345678', NEW)).rv).toBe(CKR.CKR_OK);
      expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
      expect((await login(NEW)).rv).toBe(CKR.CKR_OK);
    });

    it('is unblocked by its PUK while somebody is logged in, without a try of the PIN', async () => {
      await open(await reader.envWith('set_pin_in_unlogged_session'));
      await login();
      expect((await unblock('set-pin-unlogged', '12345678', NEW)).rv).toBe(CKR.CKR_OK);
      expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
      expect((await client.call('objects', { slot: place.slot })).loggedIn).toBe(false);
    });
  });

  describe('IsoApplet', () => {
    const PUK = '0123456789abcdef';
    beforeEach(async () => {
      card = await reader.insert({ personality: 'isoapplet' });
      await provision(reader);
    });

    it('is unblocked by its PUK at C_InitPIN; the SO login, which takes any string, proves nothing', async () => {
      await open(await reader.envWith('init_pin_in_so_session'));
      for (const pin of ['111111', '222222', '333333']) await login(pin);
      expect(await card.truth()).toMatchObject({ pinLeft: 0 });
      const { pukLeft } = await card.truth();
      const refused = await unblock('init-pin-puk', 'ffffffffffffffff', NEW);
      expect(refused.rv).not.toBe(CKR.CKR_OK);
      expect(refused).toMatchObject({ step: 'init-pin' });
      expect(refused.proven).toBeUndefined();
      expect((await card.truth()).pukLeft).toBe((pukLeft ?? 0) - 1);
      expect(await unblock('init-pin-puk', PUK, NEW)).toEqual({ rv: CKR.CKR_OK, step: 'init-pin' });
      expect(await card.truth()).toMatchObject({ pinLeft: 3 });
      expect((await login(NEW)).rv).toBe(CKR.CKR_OK);
    });

    it('is unblocked by its PUK in a session without login', async () => {
      await open(await reader.envWith('set_pin_in_unlogged_session'));
      for (const pin of ['111111', '222222', '333333']) await login(pin);
      expect((await unblock('set-pin-unlogged', PUK, NEW)).rv).toBe(CKR.CKR_OK);
      expect((await login(NEW)).rv).toBe(CKR.CKR_OK);
    });
  });
});
