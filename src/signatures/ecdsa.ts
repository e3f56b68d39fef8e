import { DerError, type KeyFacts, readAll, readOnly, TAG, unsignedMagnitude } from '../tokens/index.ts';

const COMPONENT_LENGTHS = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const;

/** Bytes of a signature by this key as a token gives it (RSA: the modulus; ECDSA: R‖S; Ed25519: 64), or null when that is not known. */
export function signatureLength(key: KeyFacts): number | null {
  if (key.type === 'rsa') return Math.ceil(key.bits / 8);
  if (key.type === 'ed25519') return 64;
  if (key.type === 'ec' && key.curve !== 'other') return 2 * COMPONENT_LENGTHS[key.curve];
  return null;
}

/**
 * DER Ecdsa-Sig-Value (RFC 3279 section 2.2.3) of an R‖S signature (IEEE P1363), two halves of equal length.
 * @throws RangeError when the length is odd, zero, or above that of any curve
 */
export function ecdsaToDer(signature: Buffer): Buffer {
  if (signature.length === 0 || signature.length % 2 !== 0 || signature.length > 2 * 126) {
    throw new RangeError(`an R‖S signature cannot be ${signature.length} bytes long`);
  }
  const half = signature.length / 2;
  const integers = Buffer.concat([encodeInteger(signature.subarray(0, half)), encodeInteger(signature.subarray(half))]);
  const header = integers.length < 0x80 ? [TAG.sequence, integers.length] : longHeader(integers.length);
  return Buffer.concat([Buffer.from(header), integers]);
}

/**
 * R‖S of a DER Ecdsa-Sig-Value, each half `componentLength` bytes, or null unless the encoding is the only one DER allows: shortest lengths
 * and integers, none negative, neither too long for the curve, nothing behind them. So one signature has one encoding.
 */
export function ecdsaFromDer(der: Buffer, componentLength: number): Buffer | null {
  try {
    const integers = readAll(readOnly(der, TAG.sequence)).map(unsignedMagnitude);
    if (integers.length !== 2 || integers.some((integer) => integer.length > componentLength)) return null;
    return Buffer.concat(integers.map((integer) => Buffer.concat([Buffer.alloc(componentLength - integer.length), integer])));
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function encodeInteger(magnitude: Buffer): Buffer {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start += 1;
  const significant = magnitude.subarray(start);
  const sign = (significant[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([TAG.integer, significant.length + sign.length, ...sign]), significant]);
}

function longHeader(length: number): number[] {
  return length < 0x100 ? [TAG.sequence, 0x81, length] : [TAG.sequence, 0x82, length >> 8, length & 0xff];
}
