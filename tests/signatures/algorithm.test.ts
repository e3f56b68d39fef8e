import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ALGORITHMS,
  type Algorithm,
  algorithmFacts,
  algorithmsFor,
  isAlgorithm,
  type KeyFacts,
  planSignature,
  SignatureInputError,
} from '../../src/signatures/algorithm.ts';

const rsa = (bits: number): KeyFacts => ({ type: 'rsa', bits });
const ec = (curve: 'P-256' | 'P-384' | 'P-521' | 'other'): KeyFacts => ({ type: 'ec', curve });
const ed25519: KeyFacts = { type: 'ed25519' };
const raw = new Set([0x1, 0xd, 0x1041, 0x1057]);
const combined = new Set([0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x1044, 0x1045, 0x1046]);
const keyOf: Readonly<Record<Algorithm, KeyFacts>> = {
  ...{ RS256: rsa(2048), RS384: rsa(2048), RS512: rsa(2048), PS256: rsa(2048), PS384: rsa(2048), PS512: rsa(2048) },
  ...{ ES256: ec('P-256'), ES384: ec('P-384'), ES512: ec('P-521'), EdDSA: ed25519 },
};
const data = Buffer.from('what is signed');

function refusal(run: () => unknown): SignatureInputError {
  try {
    run();
  } catch (error) {
    if (error instanceof SignatureInputError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('algorithmsFor', () => {
  it('offers every RSA algorithm a modulus can hold', () => {
    const all = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
    expect(algorithmsFor(rsa(2048), raw)).toEqual(all);
    expect(algorithmsFor(rsa(2048), combined)).toEqual(all);
    expect(algorithmsFor(rsa(1024), raw)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384']);
    expect(algorithmsFor(rsa(1040), raw)).toEqual(all);
    expect(algorithmsFor(rsa(512), raw)).toEqual(['RS256']);
    // RFC 8017 section 9.1.1: ceil((bits - 1) / 8) must reach 2 * 64 + 2 = 130 bytes.
    expect(algorithmsFor(rsa(1033), raw)).not.toContain('PS512');
    expect(algorithmsFor(rsa(1034), raw)).toContain('PS512');
    expect(algorithmsFor(rsa(744), raw)).not.toContain('RS512');
    expect(algorithmsFor(rsa(745), raw)).toContain('RS512');
  });

  it('binds each ECDSA algorithm to its curve', () => {
    expect(algorithmsFor(ec('P-256'), raw)).toEqual(['ES256']);
    expect(algorithmsFor(ec('P-384'), raw)).toEqual(['ES384']);
    expect(algorithmsFor(ec('P-521'), combined)).toEqual(['ES512']);
    expect(algorithmsFor(ec('other'), raw)).toEqual([]);
  });

  it('offers EdDSA to Ed25519 keys only, and nothing to unknown keys or silent tokens', () => {
    expect(algorithmsFor(ed25519, raw)).toEqual(['EdDSA']);
    expect(algorithmsFor(ed25519, combined)).toEqual([]);
    expect(algorithmsFor({ type: 'unknown' }, raw)).toEqual([]);
    expect(algorithmsFor(rsa(2048), new Set())).toEqual([]);
  });

  it('follows the mechanism list of the token', () => {
    expect(algorithmsFor(rsa(2048), new Set([0x41, 0x45]))).toEqual(['RS384', 'PS512']);
    expect(algorithmsFor(ec('P-256'), new Set([0x1045]))).toEqual([]);
    expect(algorithmsFor(ec('P-256'), new Set([0x1042]))).toEqual([]);
  });

  it('offers exactly what planSignature accepts', () => {
    for (const key of [...Object.values(keyOf), rsa(512), rsa(1024), ec('other')]) {
      for (const mechanisms of [raw, combined, new Set([0x1]), new Set([0x43, 0x1041]), new Set<number>()]) {
        const accepted = ALGORITHMS.filter((algorithm) => {
          try {
            return planSignature(algorithm, key, mechanisms, { data }).input.length > 0;
          } catch {
            return false;
          }
        });
        expect(accepted).toEqual(algorithmsFor(key, mechanisms));
      }
    }
  });
});

describe('planSignature', () => {
  const sha256 = createHash('sha256').update(data).digest();

  it('wraps the digest in DigestInfo for CKM_RSA_PKCS, whether it got data or digest', () => {
    const input = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), sha256]);
    expect(planSignature('RS256', rsa(2048), raw, { data })).toEqual({ mechanism: 0x1, input });
    expect(planSignature('RS256', rsa(2048), raw, { digest: sha256 })).toEqual({ mechanism: 0x1, input });
  });

  it.each([
    ['PS256', 'sha256', 0x250, 0x2, 32],
    ['PS384', 'sha384', 0x260, 0x3, 48],
    ['PS512', 'sha512', 0x270, 0x4, 64],
  ] as const)('gives %s its hash, mask and salt, raw and combined', (algorithm, hash, hashAlg, mgf, saltLen) => {
    const digest = createHash(hash).update(data).digest();
    const parameter = { kind: 'pss', hashAlg, mgf, saltLen };
    expect(planSignature(algorithm, rsa(2048), raw, { digest })).toEqual({ mechanism: 0xd, parameter, input: digest });
    const mechanism = 0x43 + ['sha256', 'sha384', 'sha512'].indexOf(hash);
    expect(planSignature(algorithm, rsa(2048), combined, { data })).toEqual({ mechanism, parameter, input: data });
  });

  it('signs the bare digest with CKM_ECDSA and the data with CKM_EDDSA', () => {
    expect(planSignature('ES256', ec('P-256'), raw, { data })).toEqual({ mechanism: 0x1041, input: sha256 });
    expect(planSignature('EdDSA', ed25519, raw, { data })).toEqual({ mechanism: 0x1057, input: data });
  });

  it('prefers the raw mechanism, and falls back to the combined one only with data', () => {
    const both = new Set([...raw, ...combined]);
    expect(planSignature('ES256', ec('P-256'), both, { data }).mechanism).toBe(0x1041);
    expect(planSignature('ES384', ec('P-384'), combined, { data })).toEqual({ mechanism: 0x1045, input: data });
    expect(planSignature('RS512', rsa(2048), combined, { data }).mechanism).toBe(0x42);
    expect(planSignature('RS256', rsa(2048), combined, { data, digest: sha256 })).toEqual({ mechanism: 0x40, input: data });
    const error = refusal(() => planSignature('RS256', rsa(2048), combined, { digest: sha256 }));
    expect(error).toMatchObject({ code: 'algorithm_unsupported', parameters: { algorithm: 'RS256', because: 'digest' } });
  });

  it('signs empty data', () => {
    const empty = createHash('sha256').digest();
    expect(planSignature('ES256', ec('P-256'), raw, { data: Buffer.alloc(0) }).input).toEqual(empty);
  });

  it.each([0, 20, 31, 33, 48, 64])('refuses a digest of %i bytes for ES256', (length) => {
    const error = refusal(() => planSignature('ES256', ec('P-256'), raw, { digest: Buffer.alloc(length) }));
    expect(error).toMatchObject({ code: 'digest_length', parameters: { algorithm: 'ES256', expected: 32, actual: length } });
  });

  it('refuses keys that do not fit, tokens that cannot, and EdDSA over a digest', () => {
    const reason = (run: () => unknown) => [refusal(run).code, refusal(run).parameters.because];
    expect(reason(() => planSignature('PS512', rsa(1024), raw, { data }))).toEqual(['algorithm_unsupported', 'key']);
    expect(reason(() => planSignature('ES256', ec('P-384'), raw, { data }))).toEqual(['algorithm_unsupported', 'key']);
    expect(reason(() => planSignature('ES256', ec('P-256'), new Set([0x1]), { data }))).toEqual([
      'algorithm_unsupported',
      'token',
    ]);
    expect(reason(() => planSignature('EdDSA', ed25519, new Set(), { data }))).toEqual(['algorithm_unsupported', 'token']);
    expect(reason(() => planSignature('EdDSA', ed25519, raw, { digest: sha256 }))).toEqual(['algorithm_unsupported', 'digest']);
    expect(() => planSignature('ES256', ec('P-256'), raw, {})).toThrow(TypeError);
  });
});

describe('the table', () => {
  it('holds the digest lengths that node:crypto produces', () => {
    for (const algorithm of ALGORITHMS) {
      const { hash, digestLength } = algorithmFacts(algorithm);
      expect(digestLength).toBe(hash === null ? null : createHash(hash).digest().length);
      expect(planSignature(algorithm, keyOf[algorithm], raw, { data }).mechanism).toBeGreaterThan(0);
    }
  });

  it('knows its own names and no inherited ones', () => {
    expect(ALGORITHMS.every(isAlgorithm)).toBe(true);
    for (const name of ['none', 'HS256', 'rs256', 'RS1', '__proto__', 'constructor', 'toString', '']) {
      expect(isAlgorithm(name)).toBe(false);
    }
  });
});
