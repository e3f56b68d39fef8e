import { createHash, verify } from 'node:crypto';
import pkcs11js from 'pkcs11js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Card } from './card/card.ts';
import { type Library, LibraryError, openLibrary } from './library/library.ts';
import { login, pinFlags, privateKey, session, sign, slot } from './library/token.ts';
import { missing, openscModule, type Reader, startReader } from './reader.ts';

const AUTHENTICATION = Buffer.from([1]);
const SIGNATURE = Buffer.from([2]);
const DATA = Buffer.from('what the holder agreed to');
const HASH = createHash('sha256').update(DATA).digest();
const why = missing();

describe.skipIf(why)(`PIV card behind OpenSC${why ? `: ${why}` : ''}`, () => {
  let reader: Reader;
  let card: Card;
  const libraries: Library[] = [];

  const open = async (env: Record<string, string> = reader.env) => {
    const library = await openLibrary(openscModule() ?? '', env);
    libraries.push(library);
    return library;
  };

  beforeEach(async () => {
    reader = await startReader();
    card = await reader.insert();
  });

  afterEach(async () => {
    await Promise.all(libraries.splice(0).map((library) => library.close()));
    await reader.close();
  });

  test('is a token whose 9A key signs a hash', async () => {
    const library = await open();
    expect(await library.call('C_GetTokenInfo', await slot(library))).toMatchObject({ model: 'PKCS#15 emulated', maxPinLen: 8 });
    const opened = await session(library);
    expect(await login(library, opened, '123456')).toBe('CKR_OK');
    const key = await privateKey(library, opened, AUTHENTICATION);
    const signature = await sign(library, opened, key, pkcs11js.CKM_ECDSA, HASH);
    expect(verify('sha256', DATA, { key: card.publicKey('9a'), dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 1, signatures: 1 });
  });

  test('wants the PIN again for the second signature with 9C, and a wrong one there costs a try', async () => {
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    const key = await privateKey(library, opened, SIGNATURE);
    const attributes = await library.call('C_GetAttributeValue', opened, key, [{ type: pkcs11js.CKA_ALWAYS_AUTHENTICATE }]);
    expect(attributes[0]?.value).toEqual(Buffer.from([1]));
    const signature = await sign(library, opened, key, pkcs11js.CKM_SHA256_RSA_PKCS, DATA);
    expect(verify('sha256', DATA, card.publicKey('9c'), signature)).toBe(true);
    await library.call('C_SignInit', opened, { mechanism: pkcs11js.CKM_SHA256_RSA_PKCS }, key);
    expect(await library.outcome('C_Login', opened, pkcs11js.CKU_CONTEXT_SPECIFIC, '123456')).toBe('CKR_OK');
    const second = await library.call('C_Sign', opened, DATA, Buffer.alloc(512));
    expect(verify('sha256', DATA, card.publicKey('9c'), second)).toBe(true);
    await library.call('C_SignInit', opened, { mechanism: pkcs11js.CKM_SHA256_RSA_PKCS }, key);
    expect(await library.outcome('C_Login', opened, pkcs11js.CKU_CONTEXT_SPECIFIC, '111111')).toBe('CKR_PIN_INCORRECT');
    expect(await library.outcome('C_Sign', opened, DATA, Buffer.alloc(512))).toBe('CKR_USER_NOT_LOGGED_IN');
    expect(await card.truth()).toMatchObject({ pinLeft: 2, verifies: 3, signatures: 2 });
  });

  test('refuses a second signature with 9C without the PIN, and OpenSC then forgets the login', async () => {
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    const key = await privateKey(library, opened, SIGNATURE);
    await sign(library, opened, key, pkcs11js.CKM_SHA256_RSA_PKCS, DATA);
    await expect(sign(library, opened, key, pkcs11js.CKM_SHA256_RSA_PKCS, DATA)).rejects.toThrow('CKR_USER_NOT_LOGGED_IN');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 1, signatures: 1 });
    expect(await login(library, opened, '123456')).toBe('CKR_OK');
  });

  test('locks at the third wrong PIN, which it still calls incorrect', async () => {
    const library = await open();
    const opened = await session(library);
    const seen: [string, number | null][] = [];
    for (const pin of ['111111', '222222', '333333', '444444', '123456']) {
      seen.push([await login(library, opened, pin), (await card.truth()).pinLeft]);
    }
    expect(seen).toEqual([
      ['CKR_PIN_INCORRECT', 2],
      ['CKR_PIN_INCORRECT FINAL_TRY', 1],
      ['CKR_PIN_INCORRECT LOCKED', 0],
      ['CKR_PIN_LOCKED LOCKED', 0],
      ['CKR_PIN_LOCKED LOCKED', 0],
    ]);
    expect(await pinFlags(await open())).toEqual(['LOCKED']);
  });

  test('keeps a stale FINAL_TRY after a good PIN until another process asks', async () => {
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '111111');
    await login(library, opened, '222222');
    expect(await login(library, opened, '123456')).toBe('CKR_OK FINAL_TRY');
    expect((await card.truth()).pinLeft).toBe(3);
    expect(await pinFlags(await open())).toEqual([]);
  });

  test.each(['', '12', '123456789'])('a PIN of impossible length (%j) spends nothing', async (pin) => {
    const library = await open();
    const outcome = await login(library, await session(library), pin);
    expect(outcome).not.toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 0 });
  });

  test("another program's wrong PIN logs us out on the card", async () => {
    const [ours, theirs] = [await open(), await open()];
    const opened = await session(ours);
    await login(ours, opened, '123456');
    expect(await login(theirs, await session(theirs), '111111')).toBe('CKR_PIN_INCORRECT');
    expect(await ours.call('C_GetSessionInfo', opened)).toMatchObject({ state: 3 });
    const key = await privateKey(ours, opened, AUTHENTICATION);
    await expect(sign(ours, opened, key, pkcs11js.CKM_ECDSA, HASH)).rejects.toThrow(LibraryError);
  });

  test('is unblocked by its PUK through C_SetPIN without login, and counts wrong PUKs', async () => {
    const library = await open(await reader.envWith('set_pin_in_unlogged_session'));
    const opened = await session(library);
    for (const pin of ['111111', '222222', '333333']) await login(library, opened, pin);
    expect(await library.outcome('C_SetPIN', opened, '87654321', '654321')).toBe('CKR_PIN_INCORRECT');
    expect(await card.truth()).toMatchObject({ pinLeft: 0, pukLeft: 2 });
    expect(await library.outcome('C_SetPIN', opened, '12345678', '654321')).toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3, presentations: { verify: 3, change: 0, reset: 2 } });
    const fresh = await open();
    expect(await login(fresh, await session(fresh), '654321')).toBe('CKR_OK');
  });

  test('changes its PIN in a logged-in session', async () => {
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    expect(await library.outcome('C_SetPIN', opened, '111111', '654321')).toBe('CKR_PIN_INCORRECT');
    expect((await card.truth()).pinLeft).toBe(2);
    expect(await library.outcome('C_SetPIN', opened, '123456', '654321')).toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, presentations: { change: 2 } });
  });
});
