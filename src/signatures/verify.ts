import {
  constants,
  createPublicKey,
  verify as cryptoVerify,
  type KeyObject,
  publicDecrypt,
  type VerifyKeyObjectInput,
} from 'node:crypto';
import { type KeyFacts, keyFactsOf, rsaPublicKeyOf } from '../tokens/index.ts';
import { type Algorithm, type AlgorithmFacts, algorithmFacts, checkDigestLength, keyFits } from './algorithm.ts';
import { verifyPkcs1Encoding } from './digest-info.ts';
import { ecdsaFromDer, signatureLength } from './ecdsa.ts';
import { verifyPssEncoding } from './pss.ts';

/**
 * Why a signature is not valid: `key_mismatch` the algorithm does not fit the key; `signature_length`, `malformed_signature` it cannot
 * be a signature by this key; `signature_mismatch` it is one over something else or by another key; `unverifiable` the
 * cryptographic library refused the key or the operation, so nothing is known.
 */
export type VerifyReason = 'key_mismatch' | 'signature_length' | 'malformed_signature' | 'signature_mismatch' | 'unverifiable';
export type VerifyResult = { valid: true } | { valid: false; reason: VerifyReason };

/** `encoding` is how an ECDSA signature is written (R‖S unless `der`); other algorithms have one form and ignore it. */
export type VerifyRequest = {
  algorithm: Algorithm;
  publicKey: KeyObject;
  signature: Buffer;
  encoding?: 'p1363' | 'der';
} & ({ data: Buffer; digest?: never } | { digest: Buffer; data?: never });

type Form = { data: Buffer } | { digest: Buffer };

/**
 * Checks a signature over data (in the thread pool) or over its digest. PSS needs a salt as long as the hash, ECDSA the curve of the algorithm (RFC
 * 7518 sections 3.4, 3.5). Whatever the signature holds, the answer is a result; only a wrong call throws.
 * @throws SignatureInputError `digest_length`, or `algorithm_unsupported` for EdDSA over a digest
 * @throws TypeError when not exactly one of data and digest is given, or the key is not a public key
 */
export async function verifySignature(request: VerifyRequest): Promise<VerifyResult> {
  const { algorithm, publicKey, signature, encoding = 'p1363' } = request;
  const form = formOf(request);
  if ('digest' in form) checkDigestLength(algorithm, form.digest);
  if (publicKey.type !== 'public') throw new TypeError(`verification needs a public key, not a ${publicKey.type} one`);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const key = keyFactsOf(spki);
  const facts = algorithmFacts(algorithm);
  const length = signatureLength(key);
  if (length === null || !keyFits(algorithm, key) || !parametersFit(facts, publicKey)) return invalid('key_mismatch');

  const isDer = facts.family === 'ecdsa' && encoding === 'der';
  const raw = isDer ? ecdsaFromDer(signature, length / 2) : signature;
  if (raw === null) return invalid('malformed_signature');
  if (raw.length !== length) return invalid('signature_length');
  try {
    const valid =
      'data' in form
        ? await verifyData(facts, publicKey, form.data, raw)
        : await verifyDigest(facts, publicKey, key, form.digest, raw);
    return valid ? { valid } : invalid('signature_mismatch');
  } catch {
    return invalid('unverifiable');
  }
}

function invalid(reason: VerifyReason): VerifyResult {
  return { valid: false, reason };
}

function formOf({ data, digest }: VerifyRequest): Form {
  if (data !== undefined && digest === undefined) return { data };
  if (digest !== undefined && data === undefined) return { digest };
  throw new TypeError('verification needs either data or a digest');
}

/** Whether the restrictions inside an RSASSA-PSS key (RFC 4055 section 3.3) allow the algorithm; other keys carry none. */
function parametersFit(facts: AlgorithmFacts, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== 'rsa-pss') return true;
  if (facts.family !== 'pss') return false;
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength } = publicKey.asymmetricKeyDetails ?? {};
  if (hashAlgorithm === undefined) return true;
  return hashAlgorithm === facts.hash && mgf1HashAlgorithm === facts.hash && (saltLength ?? 0) <= facts.digestLength;
}

function verifyData(facts: AlgorithmFacts, key: KeyObject, data: Buffer, signature: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    cryptoVerify(facts.hash, data, verifyOptions(facts, key), signature, (error, valid) =>
      error ? reject(error) : resolve(valid),
    );
  });
}

function verifyOptions(facts: AlgorithmFacts, key: KeyObject): KeyObject | VerifyKeyObjectInput {
  if (facts.family === 'pkcs1') return { key, padding: constants.RSA_PKCS1_PADDING };
  if (facts.family === 'pss') return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: facts.digestLength };
  return facts.family === 'ecdsa' ? { key, dsaEncoding: 'ieee-p1363' } : key;
}

async function verifyDigest(
  facts: AlgorithmFacts,
  publicKey: KeyObject,
  key: KeyFacts,
  digest: Buffer,
  signature: Buffer,
): Promise<boolean> {
  if (facts.family === 'ecdsa') return verifyEcdsaDigest(facts.curve, publicKey, digest, signature);
  if (facts.hash === null || key.type !== 'rsa') return false;
  const encoded = recoverEncoding(publicKey, signature);
  if (encoded === null) return false;
  if (facts.family === 'pkcs1') return verifyPkcs1Encoding(encoded, facts.hash, digest);
  return verifyPssEncoding(encoded, key.bits, facts.hash, digest, facts.digestLength);
}

/** The RSA public operation without padding removal; null when the signature is not below the modulus. */
function recoverEncoding(publicKey: KeyObject, signature: Buffer): Buffer | null {
  // OpenSSL refuses the bare operation on a key bound to RSASSA-PSS; the numbers inside are those of any RSA key.
  const key =
    publicKey.asymmetricKeyType === 'rsa-pss'
      ? createPublicKey({ key: rsaPublicKeyOf(publicKey.export({ type: 'spki', format: 'der' })), format: 'der', type: 'pkcs1' })
      : publicKey;
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_MODULUS') return null;
    throw error;
  }
}

/** node:crypto hashes whatever it verifies with ECDSA, so a ready digest goes to @noble/curves; loaded on first use, for its 7 MB. */
async function verifyEcdsaDigest(
  curve: 'P-256' | 'P-384' | 'P-521',
  key: KeyObject,
  digest: Buffer,
  signature: Buffer,
): Promise<boolean> {
  const { p256, p384, p521 } = await import('@noble/curves/nist.js');
  const { x, y } = key.export({ format: 'jwk' });
  if (x === undefined || y === undefined) throw new TypeError('an EC key without a point');
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const options = { prehash: false, lowS: false };
  return { 'P-256': p256, 'P-384': p384, 'P-521': p521 }[curve].verify(signature, digest, point, options);
}
