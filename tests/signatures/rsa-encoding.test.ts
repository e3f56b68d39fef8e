import { constants, createHash, generateKeyPairSync, publicDecrypt, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDigestInfo, verifyPkcs1Encoding } from '../../src/signatures/digest-info.ts';
import { mgf1, pssFits, verifyPssEncoding } from '../../src/signatures/pss.ts';

const hashes = ['sha256', 'sha384', 'sha512'] as const;
const data = Buffer.from('what is signed');
const digestOf = (hash: string) => createHash(hash).update(data).digest();
// 1025 leaves an octet in front of a PSS encoding; 1031 and 1032 move the boundary of its top bits.
const keys = [1024, 1025, 1026, 1031, 1032, 2048].map((bits) => ({
  bits,
  ...generateKeyPairSync('rsa', { modulusLength: bits }),
}));

function encodingOf(key: (typeof keys)[number], hash: string, padding: number, saltLength?: number): Buffer {
  const signature = sign(hash, data, { key: key.privateKey, padding, ...(saltLength === undefined ? {} : { saltLength }) });
  return publicDecrypt({ key: key.publicKey, padding: constants.RSA_NO_PADDING }, signature);
}

describe('verifyPkcs1Encoding', () => {
  it.each(hashes)('accepts what OpenSSL makes with %s and nothing one bit away', (hash) => {
    for (const key of keys) {
      const encoded = encodingOf(key, hash, constants.RSA_PKCS1_PADDING);
      expect(verifyPkcs1Encoding(encoded, hash, digestOf(hash))).toBe(true);
      for (let bit = 0; bit < encoded.length * 8; bit += 1) {
        const flipped = Buffer.from(encoded);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyPkcs1Encoding(flipped, hash, digestOf(hash))).toBe(false);
      }
    }
  });

  it('refuses short padding with rubbish behind the digest, the forgery for exponent 3', () => {
    const info = encodeDigestInfo('sha256', digestOf('sha256'));
    const forged = Buffer.concat([
      Buffer.from([0, 1, ...Array(8).fill(0xff), 0]),
      info,
      Buffer.alloc(256 - 11 - info.length, 0x41),
    ]);
    expect(verifyPkcs1Encoding(forged, 'sha256', digestOf('sha256'))).toBe(false);
  });

  it('refuses a DigestInfo without NULL, one of another hash, a wrong block type and short moduli', () => {
    const digest = digestOf('sha256');
    const around = (info: Buffer, type = 1) =>
      Buffer.concat([Buffer.from([0, type]), Buffer.alloc(256 - 3 - info.length, 0xff), Buffer.from([0]), info]);
    const info = encodeDigestInfo('sha256', digest);
    expect(verifyPkcs1Encoding(around(info), 'sha256', digest)).toBe(true);
    expect(verifyPkcs1Encoding(around(info, 2), 'sha256', digest)).toBe(false);
    const withoutNull = Buffer.concat([Buffer.from('302f300b0609608648016503040201', 'hex'), Buffer.from([4, 32]), digest]);
    expect(verifyPkcs1Encoding(around(withoutNull), 'sha256', digest)).toBe(false);
    expect(verifyPkcs1Encoding(around(digest), 'sha256', digest)).toBe(false);
    for (const length of [0, 1, 51, 61]) expect(verifyPkcs1Encoding(Buffer.alloc(length, 0xff), 'sha256', digest)).toBe(false);
  });
});

describe('verifyPssEncoding', () => {
  it.each(hashes)('accepts what OpenSSL makes with %s, over all shapes of the top octet', (hash) => {
    const digest = digestOf(hash);
    for (const key of keys.filter(({ bits }) => pssFits(bits, digest.length, digest.length))) {
      for (let round = 0; round < 10; round += 1) {
        const encoded = encodingOf(key, hash, constants.RSA_PKCS1_PSS_PADDING, digest.length);
        expect(verifyPssEncoding(encoded, key.bits, hash, digest, digest.length)).toBe(true);
        expect(verifyPssEncoding(encoded, key.bits, hash, digestOf('sha3-256').subarray(0, digest.length), digest.length)).toBe(
          false,
        );
        expect(verifyPssEncoding(encoded, key.bits, hash, digest, digest.length - 1)).toBe(false);
      }
    }
  });

  it('refuses every flipped bit', () => {
    const digest = digestOf('sha256');
    for (const key of keys) {
      const encoded = encodingOf(key, 'sha256', constants.RSA_PKCS1_PSS_PADDING, 32);
      for (let bit = 0; bit < encoded.length * 8; bit += 1) {
        const flipped = Buffer.from(encoded);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyPssEncoding(flipped, key.bits, 'sha256', digest, 32)).toBe(false);
      }
    }
  });

  it.each([0, 16, 31, 33, 62])('refuses a salt of %i bytes where 32 are due', (saltLength) => {
    const [key] = keys;
    if (key === undefined) throw new Error('no key');
    const encoded = encodingOf(key, 'sha256', constants.RSA_PKCS1_PSS_PADDING, saltLength);
    expect(verifyPssEncoding(encoded, key.bits, 'sha256', digestOf('sha256'), 32)).toBe(false);
    expect(verifyPssEncoding(encoded, key.bits, 'sha256', digestOf('sha256'), saltLength)).toBe(true);
  });

  it('never throws and never accepts random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), fc.integer({ min: 8, max: 2080 }), (bytes, bits) => {
        expect(verifyPssEncoding(Buffer.from(bytes), bits, 'sha256', digestOf('sha256'), 32)).toBe(false);
        expect(verifyPkcs1Encoding(Buffer.from(bytes), 'sha256', digestOf('sha256'))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('mgf1', () => {
  it('is the concatenation of counted hashes, cut to length', () => {
    const seed = Buffer.from('seed');
    const block = (counter: number) =>
      createHash('sha256')
        .update(seed)
        .update(Buffer.from([0, 0, 0, counter]))
        .digest();
    expect(mgf1('sha256', seed, 70)).toEqual(Buffer.concat([block(0), block(1), block(2)]).subarray(0, 70));
    expect(mgf1('sha256', seed, 0)).toHaveLength(0);
  });
});
