import { constants, createHash, type KeyObject, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CKR, CkFailure, Secret, type SignRequest } from '../../src/drivers/index.ts';
import { Rig } from './rig.ts';

const CKM = { RSA_PKCS: 0x1, SHA256_RSA_PKCS: 0x40, RSA_PKCS_PSS: 0xd, ECDSA: 0x1041 };
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const message = randomBytes(64);
const digest = createHash('sha256').update(message).digest();

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
  await rig.login();
});
afterAll(() => rig.close());

async function signatureOf(kind: string, rest: Partial<SignRequest>): Promise<[KeyObject, Buffer]> {
  const key = rig.key(kind);
  const base = { slot: rig.slot, keyId: key.id, mechanism: 0, inputs: [digest], expectedLength: 256 };
  const { signatures } = await rig.client.call('sign', { ...base, ...rest });
  return [key.publicKey, signatures[0] ?? Buffer.alloc(0)];
}

describe('signatures that OpenSSL accepts', () => {
  it('RSASSA-PKCS1-v1_5, hashed here', async () => {
    const [key, signature] = await signatureOf('rsa2048', {
      mechanism: CKM.RSA_PKCS,
      inputs: [Buffer.concat([SHA256_INFO, digest])],
    });
    expect(verify('sha256', message, key, signature)).toBe(true);
  });

  it('RSASSA-PKCS1-v1_5, hashed by the token', async () => {
    const [key, signature] = await signatureOf('rsa2048', { mechanism: CKM.SHA256_RSA_PKCS, inputs: [message] });
    expect(verify('sha256', message, key, signature)).toBe(true);
  });

  it('RSASSA-PSS', async () => {
    const parameter = { kind: 'pss' as const, hashAlg: 0x250, mgf: 2, saltLen: 32 };
    const [key, signature] = await signatureOf('rsa2048', { mechanism: CKM.RSA_PKCS_PSS, parameter });
    const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(verify('sha256', message, options, signature)).toBe(true);
    expect(verify('sha256', randomBytes(64), options, signature)).toBe(false);
  });

  it.each([
    ['p256', 64],
    ['p384', 96],
  ])('ECDSA on %s', async (kind, expectedLength) => {
    const [key, signature] = await signatureOf(kind, { mechanism: CKM.ECDSA, expectedLength });
    expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });
});

describe('a batch', () => {
  it('comes back in order', async () => {
    const messages = Array.from({ length: 100 }, () => randomBytes(20));
    const digests = messages.map((one) => createHash('sha256').update(one).digest());
    const { signatures } = await rig.client.call('sign', rig.request(...digests));
    const key = { key: rig.key('p256').publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(signatures).toHaveLength(100);
    expect(messages.every((one, index) => verify('sha256', one, key, signatures[index] ?? Buffer.alloc(0)))).toBe(true);
  });

  it('of calls made at once comes back each to its own', async () => {
    const key = { key: rig.key('p256').publicKey, dsaEncoding: 'ieee-p1363' as const };
    const right = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const one = randomBytes(20);
        return verify('sha256', one, key, await rig.sign(createHash('sha256').update(one).digest()));
      }),
    );
    expect(right).not.toContain(false);
  });
});

describe('refusals', () => {
  it('are the return values of the library, with the function that gave them', async () => {
    await expect(signatureOf('rsa2048', { mechanism: 0x9999 })).rejects.toEqual(
      new CkFailure(CKR.CKR_MECHANISM_INVALID, 'C_SignInit'),
    );
    await expect(signatureOf('rsa2048', { keyId: 'ee' })).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    rig.shim.set('C_Sign rv 0x80000123');
    await expect(signatureOf('p256', { mechanism: CKM.ECDSA })).rejects.toThrow('C_Sign answered CKR_VENDOR_DEFINED(0x80000123)');
    rig.shim.set();
  });

  it('an input larger than any token takes goes nowhere', async () => {
    await expect(rig.client.call('sign', rig.request(Buffer.alloc(40 * 1024 * 1024)))).rejects.toMatchObject({
      rv: CKR.CKR_DATA_LEN_RANGE,
    });
    expect((await signatureOf('p256', { mechanism: CKM.ECDSA, expectedLength: 64 }))[1]).toHaveLength(64);
  });

  it('a slot that there is not', async () => {
    await expect(rig.client.call('token', { slot: 'ff00000000000000' })).rejects.toMatchObject({ rv: CKR.CKR_SLOT_ID_INVALID });
    await expect(rig.client.call('objects', { slot: 'ff00000000000000' })).rejects.toMatchObject({ rv: CKR.CKR_SLOT_ID_INVALID });
  });

  it('a PIN for one signature is presented once or not at all, never for several signatures', async () => {
    rig.shim.clear();
    const request = { ...rig.request(digest, digest), identity: rig.identity, contextPin: Secret.fromText('123456') };
    await expect(rig.client.call('sign', request)).rejects.toMatchObject({ rv: CKR.CKR_ARGUMENTS_BAD });
    const wrongToken = { ...rig.request(digest), identity: 'another', contextPin: Secret.fromText('123456') };
    expect(await rig.client.call('sign', wrongToken)).toEqual({
      signatures: [],
      context: { rv: CKR.CKR_TOKEN_NOT_RECOGNIZED, step: 'prepare' },
    });
    expect(rig.spent()).toEqual([]);
  });
});
