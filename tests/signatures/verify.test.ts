import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS, type Algorithm, algorithmFacts } from '../../src/signatures/algorithm.ts';
import { ecdsaToDer } from '../../src/signatures/ecdsa.ts';
import { type VerifyRequest, verifySignature } from '../../src/signatures/verify.ts';

type Pair = { publicKey: KeyObject; privateKey: KeyObject };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairs: Readonly<Record<Algorithm, Pair>> = {
  ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const data = Buffer.from('what is signed');
const prehashed = ALGORITHMS.filter((algorithm) => algorithm !== 'EdDSA');

function signWith(algorithm: Algorithm, key: KeyObject, content: Buffer = data): Buffer {
  const { family, hash, digestLength } = algorithmFacts(algorithm);
  if (family === 'eddsa') return sign(null, content, key);
  if (family === 'ecdsa') return sign(hash, content, { key, dsaEncoding: 'ieee-p1363' });
  if (family === 'pkcs1') return sign(hash, content, { key, padding: constants.RSA_PKCS1_PADDING });
  return sign(hash, content, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: digestLength });
}

function digestOf(algorithm: Algorithm, content: Buffer = data): Buffer {
  return createHash(algorithmFacts(algorithm).hash ?? 'sha256')
    .update(content)
    .digest();
}

/** The request over data and, where the algorithm has one, over the digest. */
function forms(
  algorithm: Algorithm,
  signature: Buffer,
  publicKey = pairs[algorithm].publicKey,
  content: Buffer = data,
): VerifyRequest[] {
  const base = { algorithm, publicKey, signature };
  const overData = { ...base, data: content };
  return algorithm === 'EdDSA' ? [overData] : [overData, { ...base, digest: digestOf(algorithm, content) }];
}

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const { privateKey } = pairs[algorithm];

  it('verifies what node:crypto signed, over data and over its digest', async () => {
    for (const content of [data, Buffer.alloc(0), Buffer.alloc(100_000, 7)]) {
      const signature = signWith(algorithm, privateKey, content);
      for (const request of forms(algorithm, signature, undefined, content)) {
        expect(await verifySignature(request)).toEqual({ valid: true });
      }
    }
  });

  it('refuses flipped bits of signature or content, in both forms alike', async () => {
    const signature = signWith(algorithm, privateKey);
    await fc.assert(
      fc.asyncProperty(fc.nat(signature.length * 8 - 1), fc.nat(data.length * 8 - 1), async (bit, contentBit) => {
        for (const request of [
          ...forms(algorithm, flip(signature, bit)),
          ...forms(algorithm, signature, undefined, flip(data, contentBit)),
        ]) {
          expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_mismatch' });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('names a wrong length', async () => {
    const signature = signWith(algorithm, privateKey);
    const lengths = [Buffer.alloc(0), signature.subarray(1), Buffer.concat([signature, Buffer.alloc(1)]), Buffer.alloc(5000)];
    for (const wrong of lengths) {
      for (const request of forms(algorithm, wrong)) {
        expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_length' });
      }
    }
  });

  it('refuses constant and random bytes of the right length', async () => {
    const { length } = signWith(algorithm, privateKey);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(0, 1, 0xff).map((octet) => Buffer.alloc(length, octet)),
          fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes)),
        ),
        async (signature) => {
          for (const request of forms(algorithm, signature)) {
            expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_mismatch' });
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('refuses every key that is not its own', async () => {
    const signature = signWith(algorithm, privateKey);
    for (const other of ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const) {
      if (algorithmFacts(other).family === algorithmFacts(algorithm).family && pairs[other] === pairs[algorithm]) continue;
      if (pairs[other] === rsa && pairs[algorithm] === rsa) continue;
      for (const request of forms(algorithm, signature, pairs[other].publicKey)) {
        expect(await verifySignature(request)).toEqual({ valid: false, reason: 'key_mismatch' });
      }
    }
  });
});

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('RSA', () => {
  it('does not take one padding or hash for another', async () => {
    for (const made of ['RS256', 'RS512', 'PS256', 'PS512'] as const) {
      for (const asked of ['RS256', 'RS512', 'PS256', 'PS512'] as const) {
        for (const request of forms(asked, signWith(made, rsa.privateKey))) {
          expect((await verifySignature(request)).valid).toBe(made === asked);
        }
      }
    }
  });

  it('refuses a PSS salt that is not as long as the hash', async () => {
    for (const saltLength of [0, 20, 31, 33]) {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const signature = sign('sha256', data, { key: rsa.privateKey, padding, saltLength });
      for (const request of forms('PS256', signature)) expect(await verifySignature(request)).toMatchObject({ valid: false });
    }
  });

  it('works with odd modulus lengths', async () => {
    for (const modulusLength of [1025, 1031, 1033]) {
      const pair = generateKeyPairSync('rsa', { modulusLength });
      for (const algorithm of ['RS256', 'PS256', 'PS384'] as const) {
        for (const request of forms(algorithm, signWith(algorithm, pair.privateKey), pair.publicKey)) {
          expect(await verifySignature(request)).toEqual({ valid: true });
        }
      }
    }
  });

  it('says key_mismatch when the modulus cannot hold the encoding', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const request of forms('PS512', Buffer.alloc(128), publicKey)) {
      expect(await verifySignature(request)).toEqual({ valid: false, reason: 'key_mismatch' });
    }
  });

  it('takes keys bound to RSASSA-PSS for PSS alone, within their restrictions', async () => {
    const free = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    const bound = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
    });
    const mixed = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha512' });
    for (const [algorithm, pair] of [
      ['PS256', free],
      ['PS512', free],
      ['PS256', bound],
    ] as const) {
      const signature = signWith(algorithm, pair.privateKey);
      for (const request of forms(algorithm, signature, pair.publicKey)) {
        expect(await verifySignature(request)).toEqual({ valid: true });
      }
      for (const request of forms(algorithm, flip(signature, 77), pair.publicKey)) {
        expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_mismatch' });
      }
    }
    for (const [algorithm, pair] of [
      ['RS256', free],
      ['RS256', bound],
      ['PS384', bound],
      ['PS256', mixed],
    ] as const) {
      for (const request of forms(algorithm, Buffer.alloc(256, 1), pair.publicKey)) {
        expect(await verifySignature(request)).toEqual({ valid: false, reason: 'key_mismatch' });
      }
    }
  });
});

describe('ECDSA', () => {
  const { publicKey, privateKey } = pairs.ES256;
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

  it('takes DER only when asked, and only DER then', async () => {
    const raw = signWith('ES256', privateKey);
    const der = ecdsaToDer(raw);
    for (const request of forms('ES256', der)) {
      expect(await verifySignature({ ...request, encoding: 'der' })).toEqual({ valid: true });
      expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_length' });
    }
    const trailing = Buffer.concat([der, Buffer.alloc(1)]);
    for (const wrong of [raw, trailing, Buffer.alloc(0), Buffer.from('30800201010201010000', 'hex')]) {
      for (const request of forms('ES256', wrong)) {
        expect(await verifySignature({ ...request, encoding: 'der' })).toEqual({ valid: false, reason: 'malformed_signature' });
      }
    }
  });

  it('never verifies an altered DER signature', async () => {
    const der = sign('sha256', data, privateKey);
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length * 8 - 1), async (bit) => {
        for (const request of forms('ES256', flip(der, bit))) {
          expect((await verifySignature({ ...request, encoding: 'der' })).valid).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('refuses zero, the order and above for R and S', async () => {
    const raw = signWith('ES256', privateKey);
    const r = raw.subarray(0, 32);
    const s = raw.subarray(32);
    for (const edge of [Buffer.alloc(32), order, Buffer.alloc(32, 0xff)]) {
      for (const signature of [Buffer.concat([edge, s]), Buffer.concat([r, edge]), Buffer.concat([edge, edge])]) {
        for (const request of forms('ES256', signature)) {
          expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_mismatch' });
        }
      }
    }
  });

  it('takes both of S and its negation, as the standard does', async () => {
    const raw = signWith('ES256', privateKey);
    const s = BigInt(`0x${raw.subarray(32).toString('hex')}`);
    const negated = (BigInt(`0x${order.toString('hex')}`) - s).toString(16).padStart(64, '0');
    for (const request of forms('ES256', Buffer.concat([raw.subarray(0, 32), Buffer.from(negated, 'hex')]))) {
      expect(await verifySignature(request)).toEqual({ valid: true });
    }
  });

  it('refuses another key of the same curve, and curves JOSE does not name', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const request of forms('ES256', signWith('ES256', privateKey), other.publicKey)) {
      expect(await verifySignature(request)).toEqual({ valid: false, reason: 'signature_mismatch' });
    }
    for (const namedCurve of ['brainpoolP256r1', 'secp256k1']) {
      const pair = generateKeyPairSync('ec', { namedCurve });
      for (const request of forms('ES256', signWith('ES256', pair.privateKey), pair.publicKey)) {
        expect(await verifySignature(request)).toEqual({ valid: false, reason: 'key_mismatch' });
      }
    }
  });

  it('verifies with a key given in compressed form', async () => {
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const x = spki.subarray(-64, -32);
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.from([2 + ((spki.at(-1) ?? 0) & 1)]),
      x,
    ]);
    const key = createPublicKey({ key: compressed, format: 'der', type: 'spki' });
    for (const request of forms('ES256', signWith('ES256', privateKey), key)) {
      expect(await verifySignature(request)).toEqual({ valid: true });
    }
  });
});

describe('a wrong call', () => {
  const { publicKey } = pairs.ES256;
  const signature = signWith('ES256', pairs.ES256.privateKey);

  it.each(prehashed)('with a digest of the wrong length for %s names both lengths', async (algorithm) => {
    const expected = algorithmFacts(algorithm).digestLength;
    for (const actual of [0, 20, 33, 65]) {
      const request = { algorithm, publicKey, signature, digest: Buffer.alloc(actual) };
      await expect(verifySignature(request)).rejects.toMatchObject({
        code: 'digest_length',
        parameters: { algorithm, expected, actual },
      });
    }
  });

  it('with a digest for EdDSA says algorithm_unsupported', async () => {
    const request = { algorithm: 'EdDSA', publicKey: pairs.EdDSA.publicKey, signature, digest: Buffer.alloc(64) } as const;
    await expect(verifySignature(request)).rejects.toMatchObject({
      code: 'algorithm_unsupported',
      parameters: { algorithm: 'EdDSA' },
    });
  });

  it('without content, with both kinds of it, or with a private key is a TypeError', async () => {
    const base = { algorithm: 'ES256', publicKey, signature } as const;
    // What a caller without types could send.
    const untyped = (extra: object) => Object.assign({ ...base, data }, { data: undefined }, extra);
    await expect(verifySignature(untyped({}))).rejects.toThrow(TypeError);
    await expect(verifySignature(untyped({ data, digest: Buffer.alloc(32) }))).rejects.toThrow(TypeError);
    await expect(verifySignature({ ...base, data, publicKey: pairs.ES256.privateKey })).rejects.toThrow(TypeError);
  });
});
