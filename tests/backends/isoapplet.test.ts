import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import pkcs11js from 'pkcs11js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authority } from './card/authority.ts';
import type { Card } from './card/card.ts';
import { provision } from './card/provision.ts';
import { type Library, openLibrary } from './library/library.ts';
import { login, objects, pinFlags, privateKey, session, sign } from './library/token.ts';
import { missing, openscModule, type Reader, startReader } from './reader.ts';

const DATA = Buffer.from('what the holder agreed to');
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');
const why = missing();

function keyPair(id: Buffer, more: pkcs11js.Template): [pkcs11js.Template, pkcs11js.Template] {
  const common = [
    { type: pkcs11js.CKA_TOKEN, value: true },
    { type: pkcs11js.CKA_ID, value: id },
    { type: pkcs11js.CKA_LABEL, value: `key ${id.toString('hex')}` },
  ];
  const signing = [
    { type: pkcs11js.CKA_PRIVATE, value: true },
    { type: pkcs11js.CKA_SIGN, value: true },
  ];
  return [
    [...common, { type: pkcs11js.CKA_VERIFY, value: true }, ...more],
    [...common, ...signing],
  ];
}

describe.skipIf(why)(`IsoApplet card behind OpenSC${why ? `: ${why}` : ''}`, () => {
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
    card = await reader.insert({ personality: 'isoapplet' });
  });

  afterEach(async () => {
    await Promise.all(libraries.splice(0).map((library) => library.close()));
    await reader.close();
  });

  test('carries the key and certificate it was provisioned with', async () => {
    const { pin, keyId, certificate = Buffer.alloc(0) } = await provision(reader);
    const library = await open();
    const opened = await session(library);
    expect(await login(library, opened, pin)).toBe('CKR_OK');
    const [stored] = await objects(library, opened, [{ type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_CERTIFICATE }]);
    const attributes = await library.call('C_GetAttributeValue', opened, stored ?? keyId, [{ type: pkcs11js.CKA_VALUE }]);
    expect(attributes[0]?.value).toEqual(certificate);
    const key = await privateKey(library, opened, keyId);
    const signature = await sign(library, opened, key, pkcs11js.CKM_SHA256_RSA_PKCS, DATA);
    expect(verify('sha256', DATA, new X509Certificate(certificate).publicKey, signature)).toBe(true);
  });

  test('makes keys, keeps a certificate, signs and forgets, all through PKCS#11', async () => {
    await provision(reader, { key: 'none' });
    const library = await open();
    const opened = await session(library);
    await login(library, opened, '123456');
    const rsa = Buffer.from([0x45]);
    const exponent = { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) };
    const bits = { type: pkcs11js.CKA_MODULUS_BITS, value: 2048 };
    await library.call(
      'C_GenerateKeyPair',
      opened,
      { mechanism: pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN },
      ...keyPair(rsa, [bits, exponent]),
    );
    const ec = Buffer.from([0x46]);
    const curve = { type: pkcs11js.CKA_EC_PARAMS, value: P256 };
    await library.call('C_GenerateKeyPair', opened, { mechanism: pkcs11js.CKM_EC_KEY_PAIR_GEN }, ...keyPair(ec, [curve]));
    const issued = await (await authority()).issue(card.publicKey('00'), 'Holder');
    const stored = await library.call('C_CreateObject', opened, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_CERTIFICATE },
      { type: pkcs11js.CKA_CERTIFICATE_TYPE, value: pkcs11js.CKC_X_509 },
      { type: pkcs11js.CKA_TOKEN, value: true },
      { type: pkcs11js.CKA_ID, value: rsa },
      { type: pkcs11js.CKA_VALUE, value: issued },
    ]);
    const bySignature = async (id: Buffer, mechanism: number) =>
      sign(library, opened, await privateKey(library, opened, id), mechanism, DATA);
    const fromRsa = await bySignature(rsa, pkcs11js.CKM_SHA256_RSA_PKCS);
    expect(verify('sha256', DATA, new X509Certificate(issued).publicKey, fromRsa)).toBe(true);
    const fromEc = await bySignature(ec, pkcs11js.CKM_ECDSA_SHA1);
    expect(
      verify(
        'sha1',
        DATA,
        { key: createPublicKey(card.publicKey('01').export({ type: 'spki', format: 'pem' })), dsaEncoding: 'ieee-p1363' },
        fromEc,
      ),
    ).toBe(true);
    await library.call('C_DestroyObject', opened, stored);
    expect(await objects(library, opened, [{ type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_CERTIFICATE }])).toHaveLength(0);
  });

  test('locks at the third wrong PIN and says so at once', async () => {
    await provision(reader, { key: 'none' });
    const library = await open();
    const opened = await session(library);
    const seen: [string, number | null][] = [];
    for (const pin of ['111111', '222222', '123456', '111111', '222222', '333333', '123456']) {
      seen.push([await login(library, opened, pin), (await card.truth()).pinLeft]);
      await library.outcome('C_Logout', opened);
    }
    expect(seen).toEqual([
      ['CKR_PIN_INCORRECT', 2],
      ['CKR_PIN_INCORRECT FINAL_TRY', 1],
      ['CKR_OK', 3],
      ['CKR_PIN_INCORRECT', 2],
      ['CKR_PIN_INCORRECT FINAL_TRY', 1],
      ['CKR_PIN_LOCKED LOCKED', 0],
      ['CKR_PIN_LOCKED LOCKED', 0],
    ]);
    const fresh = await open();
    expect(await pinFlags(fresh), 'OpenSC 0.23 does not ask this card for its counter').toEqual([]);
    expect(await login(fresh, await session(fresh), '123456')).toBe('CKR_PIN_LOCKED LOCKED');
  });

  test('is unblocked by its PUK through C_SetPIN without login', async () => {
    const { puk } = await provision(reader, { key: 'none' });
    const library = await open(await reader.envWith('set_pin_in_unlogged_session'));
    const opened = await session(library);
    for (const pin of ['111111', '222222', '333333']) await login(library, opened, pin);
    expect(await library.outcome('C_SetPIN', opened, 'fedcba9876543210', '654321')).toBe('CKR_PIN_INCORRECT');
    expect(await card.truth()).toMatchObject({ pinLeft: 0, pukLeft: 2 });
    expect(await library.outcome('C_SetPIN', opened, puk, '654321')).toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
    expect(await login(library, opened, '654321')).toBe('CKR_OK');
  });

  test('is unblocked by an SO login, which accepts anything, and C_InitPIN, which does not', async () => {
    const { puk } = await provision(reader, { key: 'none' });
    const env = await reader.envWith('init_pin_in_so_session');
    const wrong = await open(env);
    const first = await session(wrong);
    expect(await wrong.outcome('C_Login', first, pkcs11js.CKU_SO, 'fedcba9876543210')).toBe('CKR_OK');
    expect(await wrong.outcome('C_InitPIN', first, '654321')).toBe('CKR_PIN_INCORRECT');
    expect((await card.truth()).pukLeft).toBe(2);
    const right = await open(env);
    const second = await session(right);
    expect(await right.outcome('C_Login', second, pkcs11js.CKU_SO, puk)).toBe('CKR_OK');
    expect(await right.outcome('C_InitPIN', second, '654321')).toBe('CKR_OK');
    expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
  });
});
