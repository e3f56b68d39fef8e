import { createPublicKey } from 'node:crypto';

const url = (bytes: Buffer) => bytes.toString('base64url');

/** SubjectPublicKeyInfo (DER) of an RSA key from CKA_MODULUS and CKA_PUBLIC_EXPONENT. */
export function rsaSpki(modulus: Buffer, exponent: Buffer): Buffer {
  return createPublicKey({ key: { kty: 'RSA', n: url(modulus), e: url(exponent) }, format: 'jwk' }).export({
    type: 'spki',
    format: 'der',
  });
}

/**
 * SubjectPublicKeyInfo (DER) of a key on P-256 or P-384 from CKA_EC_POINT: an OCTET STRING around the uncompressed point
 * (PKCS#11 2.40, 2.3.3). Throws when it is not one.
 */
export function ecSpki(curve: 'P-256' | 'P-384', ecPoint: Buffer): Buffer {
  const size = curve === 'P-256' ? 32 : 48;
  const point = ecPoint.subarray(2);
  if (ecPoint[0] !== 4 || ecPoint[1] !== point.length || point[0] !== 4 || point.length !== 1 + 2 * size) {
    throw new Error(`the token gave no uncompressed ${curve} point`);
  }
  const jwk = { kty: 'EC', crv: curve, x: url(point.subarray(1, 1 + size)), y: url(point.subarray(1 + size)) };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
}
