import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaFromDer, ecdsaToDer, signatureLength } from '../../src/signatures/ecdsa.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const sizes = [32, 48, 66] as const;
const signatures = fc.constantFrom(...sizes).chain((size) =>
  fc.record({
    size: fc.constant(size),
    raw: fc.uint8Array({ minLength: 2 * size, maxLength: 2 * size }).map((b) => Buffer.from(b)),
  }),
);

describe('ecdsaToDer and ecdsaFromDer', () => {
  it('give back what they got', () => {
    fc.assert(
      fc.property(signatures, ({ size, raw }) => {
        expect(ecdsaFromDer(ecdsaToDer(raw), size)).toEqual(raw);
      }),
    );
  });

  it('agree with node:crypto on all three curves, in both directions', () => {
    const data = Buffer.from('data');
    for (const [index, namedCurve] of ['P-256', 'P-384', 'P-521'].entries()) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      for (let round = 0; round < 40; round += 1) {
        const der = sign('sha256', data, privateKey);
        const raw = ecdsaFromDer(der, sizes[index] ?? 0);
        expect(raw).not.toBeNull();
        if (raw === null) continue;
        expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
        expect(ecdsaToDer(raw)).toEqual(der);
      }
    }
  });

  it('use the shortest integers: leading zeros go, a sign octet comes', () => {
    const raw = Buffer.alloc(64);
    raw[31] = 1;
    raw[63] = 0x80;
    expect(ecdsaToDer(raw)).toEqual(hex('3007 020101 02020080'));
    expect(ecdsaToDer(Buffer.alloc(64))).toEqual(hex('3006 020100 020100'));
    const long = Buffer.alloc(132, 0xff);
    expect(ecdsaToDer(long).subarray(0, 7)).toEqual(hex('30818a 024300 ff'));
  });

  it.each([
    ['nothing', ''],
    ['no sequence', '020101'],
    ['one integer', '3003 020101'],
    ['three integers', '3009 020101 020101 020101'],
    ['bytes behind the sequence', '3006 020101 020101 00'],
    ['bytes behind the integers', '3007 020101 020101 00'],
    ['a negative integer', '3006 020181 020101'],
    ['a padded integer', '3007 02020001 020101'],
    ['a padded negative integer', '3007 0202ff80 020101'],
    ['an empty integer', '3005 0200 020101'],
    ['a length in long form', '308106 020101 020101'],
    ['a length with a zero octet', '30820006 020101 020101'],
    ['an integer length in long form', '3007 02810101 020101'],
    ['an indefinite length', '3080 020101 020101 0000'],
    ['a length beyond the end', '3007 020101 020101'],
    ['a cut length', '30'],
    ['a huge length', '3084ffffffff 020101'],
    ['another tag for the integer', '3006 030101 020101'],
    ['a set', '3106 020101 020101'],
    ['a constructed integer', '3006 220101 020101'],
  ])('refuse %s', (_, bytes) => {
    expect(ecdsaFromDer(hex(bytes), 32)).toBeNull();
  });

  it('refuse an integer too long for the curve', () => {
    const der = ecdsaToDer(Buffer.alloc(96, 0x7f));
    expect(ecdsaFromDer(der, 32)).toBeNull();
    expect(ecdsaFromDer(der, 48)).not.toBeNull();
  });

  it('know one encoding per signature: whatever parses, encodes to the same bytes', () => {
    fc.assert(
      fc.property(signatures, fc.nat(), fc.nat(255), ({ size, raw }, place, octet) => {
        const der = ecdsaToDer(raw);
        der[place % der.length] = octet;
        const parsed = ecdsaFromDer(der, size);
        if (parsed !== null) expect(ecdsaToDer(parsed)).toEqual(der);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const parsed = ecdsaFromDer(Buffer.from(bytes), 32);
        if (parsed !== null) expect(ecdsaToDer(parsed)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, 1, 63, 254])('take no R‖S of %i bytes', (length) => {
    expect(() => ecdsaToDer(Buffer.alloc(length))).toThrow(RangeError);
  });
});

describe('signatureLength', () => {
  it('is that of real signatures', () => {
    const digest = createHash('sha256').digest();
    for (const bits of [1024, 1025, 2048]) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
      expect(signatureLength({ type: 'rsa', bits })).toBe(sign('sha256', digest, privateKey).length);
    }
    for (const curve of ['P-256', 'P-384', 'P-521'] as const) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
      const signature = sign('sha256', digest, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      expect(signatureLength({ type: 'ec', curve })).toBe(signature.length);
    }
    expect(signatureLength({ type: 'ed25519' })).toBe(sign(null, digest, generateKeyPairSync('ed25519').privateKey).length);
    expect(signatureLength({ type: 'ec', curve: 'other' })).toBeNull();
    expect(signatureLength({ type: 'unknown' })).toBeNull();
  });
});
