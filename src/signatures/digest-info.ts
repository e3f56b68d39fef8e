import { timingSafeEqual } from 'node:crypto';
import type { Hash } from './algorithm.ts';

// DER of DigestInfo up to the digest itself: RFC 8017 section 9.2, note 1.
const PREFIXES: Readonly<Record<Hash, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** DER DigestInfo for a digest of the right length, which is what CKM_RSA_PKCS signs (RFC 8017 section 9.2). */
export function encodeDigestInfo(hash: Hash, digest: Buffer): Buffer {
  return Buffer.concat([PREFIXES[hash], digest]);
}

/** Bytes that EMSA-PKCS1-v1_5 needs for this hash: DigestInfo, eight padding bytes and three marks (RFC 8017 section 9.2). */
export function pkcs1EncodingLength(hash: Hash): number {
  const prefix = PREFIXES[hash];
  return prefix.length + (prefix[prefix.length - 1] ?? 0) + 11;
}

/**
 * Whether `encoded` (the RSA public operation's output, as long as the modulus) is the PKCS#1 v1.5 encoding of `digest`. Builds the only acceptable
 * encoding and compares: a verifier that parses instead is open to forgery (RFC 8017 section 8.2.2, Bleichenbacher 2006).
 */
export function verifyPkcs1Encoding(encoded: Buffer, hash: Hash, digest: Buffer): boolean {
  if (encoded.length < pkcs1EncodingLength(hash)) return false;
  const digestInfo = encodeDigestInfo(hash, digest);
  const expected = Buffer.alloc(encoded.length, 0xff);
  expected[0] = 0;
  expected[1] = 1;
  expected[expected.length - digestInfo.length - 1] = 0;
  digestInfo.copy(expected, expected.length - digestInfo.length);
  return timingSafeEqual(encoded, expected);
}
