import { createHash, timingSafeEqual } from 'node:crypto';
import type { Hash } from './algorithm.ts';

/** Mask generation function MGF1: `length` bytes from `seed` (RFC 8017 appendix B.2.1). */
export function mgf1(hash: Hash, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let produced = 0, counter = 0; produced < length; counter += 1) {
    const counterOctets = Buffer.alloc(4);
    counterOctets.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(counterOctets).digest();
    blocks.push(block);
    produced += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** Whether a PSS encoding of this digest and salt length (bytes) fits a modulus of `modulusBits` (RFC 8017 section 9.1.1, step 3). */
export function pssFits(modulusBits: number, digestLength: number, saltLength: number): boolean {
  return Math.ceil((modulusBits - 1) / 8) >= digestLength + saltLength + 2;
}

/**
 * EMSA-PSS-VERIFY over a digest (RFC 8017 section 9.1.2, from step 3), with MGF1 over the same hash and a salt of exactly
 * `saltLength` bytes. `encoded` is the output of the RSA public operation, as long as the modulus.
 */
export function verifyPssEncoding(encoded: Buffer, modulusBits: number, hash: Hash, digest: Buffer, saltLength: number): boolean {
  const emBits = modulusBits - 1;
  const emLength = Math.ceil(emBits / 8);
  if (!pssFits(modulusBits, digest.length, saltLength)) return false;
  // A modulus of 8k+1 bits leaves one octet in front of the encoding; it must be zero.
  const surplus = encoded.length - emLength;
  if (surplus < 0 || encoded.subarray(0, surplus).some((octet) => octet !== 0)) return false;
  const em = encoded.subarray(surplus);
  if (em[emLength - 1] !== 0xbc) return false;

  const maskedLength = emLength - digest.length - 1;
  const fingerprint = em.subarray(maskedLength, maskedLength + digest.length);
  const mask = mgf1(hash, fingerprint, maskedLength);
  const block = Buffer.from(em.subarray(0, maskedLength).map((octet, index) => octet ^ (mask[index] ?? 0)));
  const topBits = 0xff >> (8 * emLength - emBits);
  if (((em[0] ?? 0) & ~topBits) !== 0) return false;
  block[0] = (block[0] ?? 0) & topBits;

  const padding = block.subarray(0, maskedLength - saltLength - 1);
  if (padding.some((octet) => octet !== 0) || block[padding.length] !== 1) return false;
  const salt = block.subarray(padding.length + 1);
  const expected = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  return timingSafeEqual(fingerprint, expected);
}
