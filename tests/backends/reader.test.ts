import { createHash, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pkcs11js from 'pkcs11js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Library, openLibrary } from './library/library.ts';
import { login, objects, pinFlags, privateKey, session, sign, slots } from './library/token.ts';
import { missing, openscModule, type Reader, startReader } from './reader.ts';

const HASH = createHash('sha256').update('data').digest();
const KEY = Buffer.from([1]);
const VERIFY = 0x20;
const soon = { timeout: 10_000, interval: 50 };
const why = missing();

describe.skipIf(why)(`virtual reader${why ? `: ${why}` : ''}`, () => {
  let reader: Reader;
  const libraries: Library[] = [];

  const open = async () => {
    const library = await openLibrary(openscModule() ?? '', reader.env);
    libraries.push(library);
    return library;
  };
  const tokens = async (library: Library) => (await slots(library)).length;

  beforeEach(async () => {
    reader = await startReader();
  });

  afterEach(async () => {
    await Promise.all(libraries.splice(0).map((library) => library.close()));
    await reader.close();
  });

  test('listens on its own loopback address only', async () => {
    const [a, b, c, d] = reader.host.split('.').map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase());
    const listening = (await readFile('/proc/net/tcp', 'utf8')).split('\n').filter((line) => line.includes(' 0A '));
    const ours = listening.filter((line) => line.includes(`${d}${c}${b}${a}:8C7`));
    expect(ours).toHaveLength(2);
    expect(a).toBe('7F');
  });

  test('shows removal and re-insertion, and ends the sessions of a removed card', async () => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    expect(await login(library, opened, '123456')).toBe('CKR_OK');
    await card.remove();
    await expect.poll(() => tokens(library), soon).toBe(0);
    expect(await library.outcome('C_GetSessionInfo', opened)).toBe('CKR_SESSION_HANDLE_INVALID');
    await card.reinsert();
    await expect.poll(() => tokens(library), soon).toBe(1);
    expect(await login(library, await session(library), '123456')).toBe('CKR_OK');
    expect((await card.truth()).verifies).toBe(2);
  });

  test('a swap that nobody watched is found out by the signature', async () => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    const key = await privateKey(library, opened, KEY);
    await card.remove();
    await card.reinsert();
    expect(await library.outcome('C_GetSessionInfo', opened)).toBe('CKR_OK');
    await expect(sign(library, opened, key, pkcs11js.CKM_ECDSA, HASH)).rejects.toThrow('CKR_DEVICE_REMOVED');
  });

  test('holds two cards at once', async () => {
    const [first, second] = [await reader.insert({ holder: 'First' }), await reader.insert({ holder: 'Second', slot: 1 })];
    const library = await open();
    await expect.poll(() => tokens(library), soon).toBe(2);
    const found = await Promise.all((await slots(library)).map((one) => library.call('C_GetTokenInfo', one)));
    expect(new Set(found.map((info) => info.serialNumber)).size).toBe(2);
    const opened = await session(library);
    await login(library, opened, '111111');
    expect([(await first.truth()).pinLeft, (await second.truth()).pinLeft].sort()).toEqual([2, 3]);
  });

  test('a card keeps counters and keys when its process is killed', async () => {
    const card = await reader.insert();
    const before = await open();
    const opened = await session(before);
    await login(before, opened, '111111');
    await login(before, opened, '222222');
    const key = card.publicKey('9a');
    await card.restart();
    expect(await card.truth()).toMatchObject({ pinLeft: 1, verifies: 2 });
    const after = await open();
    await expect.poll(() => tokens(after), soon).toBe(1);
    expect(await pinFlags(after)).toEqual(['FINAL_TRY']);
    const again = await session(after);
    await login(after, again, '123456');
    const signature = await sign(after, again, await privateKey(after, again, KEY), pkcs11js.CKM_ECDSA, HASH);
    expect(verify('sha256', Buffer.from('data'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  test('pcscd can die and come back under a running library', async () => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    const key = await privateKey(library, opened, KEY);
    await reader.stopPcscd();
    await expect(sign(library, opened, key, pkcs11js.CKM_ECDSA, HASH)).rejects.toThrow('CKR_GENERAL_ERROR');
    await expect.poll(() => tokens(library), soon).toBe(0);
    await reader.startPcscd();
    await expect.poll(() => tokens(library), soon).toBe(1);
    expect(await login(library, await session(library), '123456')).toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 2 });
  });

  test('there is no reader to insert a card into while pcscd is down', async () => {
    await reader.stopPcscd();
    await expect(reader.insert()).rejects.toThrow('ECONNREFUSED');
    await reader.startPcscd();
    await reader.insert();
    const library = await open();
    expect(await tokens(library)).toBe(1);
  });

  test('a silent card holds up its caller until it is pulled out', async () => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    const { struck } = await card.fault({ ins: VERIFY, withData: true, action: 'mute' });
    const outcome = library.outcome('C_Login', opened, pkcs11js.CKU_USER, '123456');
    await struck;
    await card.remove();
    expect(await outcome).not.toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 0 });
  });

  test('a fault replaces the answer to VERIFY with or without the try being spent', async () => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    await card.fault({ ins: VERIFY, withData: true, action: { status: 0x6f00 } });
    expect(await login(library, opened, '111111')).not.toContain('PIN_INCORRECT');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 0 });
    await card.fault({ ins: VERIFY, withData: true, counted: true, action: { status: 0x6f00 } });
    expect(await login(library, opened, '111111')).not.toContain('PIN_INCORRECT');
    expect(await card.truth()).toMatchObject({ pinLeft: 2, verifies: 1 });
    expect(await login(library, opened, '123456')).toContain('CKR_OK');
  });

  test.each([true, false])('a card pulled out during VERIFY (try counted: %s) is no "wrong PIN"', async (counted) => {
    const card = await reader.insert();
    const library = await open();
    const opened = await session(library);
    await card.fault({ ins: VERIFY, withData: true, counted, action: 'drop' });
    const outcome = await library.outcome('C_Login', opened, pkcs11js.CKU_USER, '111111');
    expect(['CKR_OK', 'CKR_PIN_INCORRECT', 'CKR_PIN_LOCKED']).not.toContain(outcome);
    expect((await card.truth()).pinLeft).toBe(counted ? 2 : 3);
    await card.remove();
    await card.reinsert();
    await expect.poll(() => tokens(library), soon).toBe(1);
    const again = await session(library);
    expect(await login(library, again, '123456')).toContain('CKR_OK');
    expect(await objects(library, again, [{ type: pkcs11js.CKA_ID, value: KEY }])).not.toHaveLength(0);
  });
});
