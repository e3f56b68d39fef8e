import { createHash } from 'node:crypto';
import type { KeyFacts } from '../tokens/index.ts';
import { encodeDigestInfo, pkcs1EncodingLength } from './digest-info.ts';
import { pssFits } from './pss.ts';

export type { KeyFacts } from '../tokens/index.ts';

/** The signature algorithms of the API, by their JOSE names (RFC 7518 section 3.1, RFC 8037). */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export type Hash = 'sha256' | 'sha384' | 'sha512';

export type AlgorithmFacts =
  | { family: 'pkcs1' | 'pss'; hash: Hash; digestLength: number }
  | { family: 'ecdsa'; hash: Hash; digestLength: number; curve: 'P-256' | 'P-384' | 'P-521' }
  | { family: 'eddsa'; hash: null; digestLength: null };

const SHA256 = { hash: 'sha256', digestLength: 32 } as const;
const SHA384 = { hash: 'sha384', digestLength: 48 } as const;
const SHA512 = { hash: 'sha512', digestLength: 64 } as const;

const FACTS: Readonly<Record<Algorithm, AlgorithmFacts>> = {
  RS256: { family: 'pkcs1', ...SHA256 },
  RS384: { family: 'pkcs1', ...SHA384 },
  RS512: { family: 'pkcs1', ...SHA512 },
  PS256: { family: 'pss', ...SHA256 },
  PS384: { family: 'pss', ...SHA384 },
  PS512: { family: 'pss', ...SHA512 },
  ES256: { family: 'ecdsa', ...SHA256, curve: 'P-256' },
  ES384: { family: 'ecdsa', ...SHA384, curve: 'P-384' },
  ES512: { family: 'ecdsa', ...SHA512, curve: 'P-521' },
  EdDSA: { family: 'eddsa', hash: null, digestLength: null },
};

// PKCS#11 3.0 mechanism numbers: `raw` signs an encoded digest, `combined` hashes the data itself.
const RAW = { pkcs1: 0x1, pss: 0xd, ecdsa: 0x1041, eddsa: 0x1057 } as const;
const COMBINED = {
  pkcs1: { sha256: 0x40, sha384: 0x41, sha512: 0x42 },
  pss: { sha256: 0x43, sha384: 0x44, sha512: 0x45 },
  ecdsa: { sha256: 0x1044, sha384: 0x1045, sha512: 0x1046 },
} as const;
const PSS_PARAMETERS = {
  sha256: { hashAlg: 0x250, mgf: 0x2 },
  sha384: { hashAlg: 0x260, mgf: 0x3 },
  sha512: { hashAlg: 0x270, mgf: 0x4 },
} as const;

/** Parameters of CKM_RSA_PKCS_PSS and its combined forms: CKM_* of the hash, CKG_* of the mask, salt length in bytes. */
export type PssParameter = { kind: 'pss'; hashAlg: number; mgf: number; saltLen: number };
export type SignaturePlan = { mechanism: number; parameter?: PssParameter; input: Buffer };

/** A request that cannot be signed or checked as it stands; `code` is the API's error code, `parameters` fill its message. */
export class SignatureInputError extends Error {
  override readonly name = 'SignatureInputError';
  readonly code: 'algorithm_unsupported' | 'digest_length';
  readonly parameters: Readonly<Record<string, string | number>>;

  constructor(
    code: 'algorithm_unsupported' | 'digest_length',
    message: string,
    parameters: Readonly<Record<string, string | number>>,
  ) {
    super(message);
    this.code = code;
    this.parameters = parameters;
  }
}

/** Hash (null for EdDSA, which hashes by itself), digest length in bytes, family, and for ECDSA the one curve JOSE allows. */
export function algorithmFacts(algorithm: Algorithm): AlgorithmFacts {
  return FACTS[algorithm];
}

/** Whether `name` is one of `ALGORITHMS`. */
export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(FACTS, name);
}

/**
 * Whether a key can make this kind of signature at all, whatever its token: ECDSA only on the curve JOSE binds to the algorithm (RFC 7518
 * section 3.4), RSA only with a modulus that holds the encoding, PSS with a salt as long as the hash (RFC 7518 section 3.5).
 */
export function keyFits(algorithm: Algorithm, key: KeyFacts): boolean {
  const facts = FACTS[algorithm];
  if (facts.family === 'eddsa') return key.type === 'ed25519';
  if (facts.family === 'ecdsa') return key.type === 'ec' && key.curve === facts.curve;
  if (key.type !== 'rsa') return false;
  if (facts.family === 'pss') return pssFits(key.bits, facts.digestLength, facts.digestLength);
  return Math.ceil(key.bits / 8) >= pkcs1EncodingLength(facts.hash);
}

/** What a key on a token with these mechanisms (CKM_* numbers) can sign with, in the order of `ALGORITHMS`. */
export function algorithmsFor(key: KeyFacts, mechanisms: ReadonlySet<number>): Algorithm[] {
  return ALGORITHMS.filter((algorithm) => {
    if (!keyFits(algorithm, key)) return false;
    const facts = FACTS[algorithm];
    if (mechanisms.has(RAW[facts.family])) return true;
    return facts.family !== 'eddsa' && mechanisms.has(COMBINED[facts.family][facts.hash]);
  });
}

/**
 * Mechanism, parameter and input bytes for one signature. Prefers the raw mechanism over a digest, since drivers lack the combined ones more
 * often (SoftHSM2: no CKM_ECDSA_SHA256); falls back to the combined one when `data` is at hand. When both `digest` and `data` are given, the
 * caller answers for their belonging together.
 * `anyCurve` is for protocols that pair a hash with an ECDSA key of whatever curve, as X.509 and CMS do and JOSE does not; a digest longer
 * than the curve's order is cut to its leftmost bytes (FIPS 186-5, 6.4.1), because drivers differ in what they do with the rest.
 * @throws SignatureInputError `algorithm_unsupported` (key, token, or EdDSA without data) or `digest_length`
 * @throws TypeError when neither digest nor data is given
 */
export function planSignature(
  algorithm: Algorithm,
  key: KeyFacts,
  mechanisms: ReadonlySet<number>,
  input: { digest?: Buffer; data?: Buffer; anyCurve?: boolean },
): SignaturePlan {
  const { digest, data } = input;
  if (digest === undefined && data === undefined) throw new TypeError('a signature needs a digest or data');
  const facts = FACTS[algorithm];
  const otherCurve = input.anyCurve === true && facts.family === 'ecdsa' && key.type === 'ec' && key.curve !== 'other';
  if (!otherCurve && !keyFits(algorithm, key)) throw unsupported(algorithm, 'key', `${algorithm} does not fit this key`);
  if (facts.family === 'eddsa') {
    if (data === undefined) throw unsupported(algorithm, 'digest', 'EdDSA signs data, not a digest');
    if (!mechanisms.has(RAW.eddsa)) throw unsupported(algorithm, 'token', 'the token does not offer EdDSA');
    return { mechanism: RAW.eddsa, input: data };
  }
  if (digest !== undefined) checkDigestLength(algorithm, digest);
  const { family, hash, digestLength } = facts;
  const parameter: { parameter?: PssParameter } =
    family === 'pss' ? { parameter: { kind: 'pss', ...PSS_PARAMETERS[hash], saltLen: digestLength } } : {};
  if (mechanisms.has(RAW[family])) {
    const value =
      digest ??
      createHash(hash)
        .update(data ?? Buffer.alloc(0))
        .digest();
    const input = family === 'pkcs1' ? encodeDigestInfo(hash, value) : family === 'ecdsa' ? cutToOrder(value, key) : value;
    return { mechanism: RAW[family], ...parameter, input };
  }
  const combined = COMBINED[family][hash];
  if (!mechanisms.has(combined)) throw unsupported(algorithm, 'token', `the token does not offer ${algorithm}`);
  if (data === undefined)
    throw unsupported(algorithm, 'digest', `the token makes ${algorithm} over data only, not over a digest`);
  return { mechanism: combined, ...parameter, input: data };
}

/** Length of the order of each curve in bytes. */
const ORDER = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const;

function cutToOrder(digest: Buffer, key: KeyFacts): Buffer {
  return key.type === 'ec' && key.curve !== 'other' ? digest.subarray(0, ORDER[key.curve]) : digest;
}

/** @throws SignatureInputError `digest_length` unless the digest is as long as the algorithm's hash; `algorithm_unsupported` for EdDSA */
export function checkDigestLength(algorithm: Algorithm, digest: Buffer): void {
  const expected = FACTS[algorithm].digestLength;
  if (expected === null) throw unsupported(algorithm, 'digest', `${algorithm} signs data, not a digest`);
  if (digest.length === expected) return;
  throw new SignatureInputError('digest_length', `${algorithm} takes a digest of ${expected} bytes, not ${digest.length}`, {
    algorithm,
    expected,
    actual: digest.length,
  });
}

function unsupported(algorithm: Algorithm, because: 'key' | 'token' | 'digest', message: string): SignatureInputError {
  return new SignatureInputError('algorithm_unsupported', message, { algorithm, because });
}
