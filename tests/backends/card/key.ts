import { constants, createPrivateKey, generateKeyPair, type KeyObject, privateEncrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { p256 } from '@noble/curves/nist.js';

const generate = promisify(generateKeyPair);

/** A new key as PKCS #8 PEM: RSA-2048 with exponent 65537, or P-256. */
export async function generateKey(kind: 'rsa' | 'ec'): Promise<string> {
  const pair = kind === 'rsa' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Parses PKCS #8 PEM. */
export function loadKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}

function part(key: KeyObject, name: 'd' | 'x' | 'y' | 'n' | 'e'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url');
}

/** ECDSA over a hash that is ready, as DER: node:crypto can only hash and sign in one step. */
export function signHash(key: KeyObject, hash: Buffer): Buffer {
  return Buffer.from(p256.sign(hash, part(key, 'd'), { prehash: false, lowS: false, format: 'der' }));
}

/** RSA private operation on a block the size of the modulus (`padded`), or on data that the card pads as PKCS #1 v1.5. */
export function signBlock(key: KeyObject, block: Buffer, padding: 'none' | 'pkcs1'): Buffer {
  return privateEncrypt({ key, padding: padding === 'none' ? constants.RSA_NO_PADDING : constants.RSA_PKCS1_PADDING }, block);
}

/** The uncompressed point 04 ‖ X ‖ Y of an EC key. */
export function publicPoint(key: KeyObject): Buffer {
  return Buffer.concat([Buffer.from([4]), part(key, 'x'), part(key, 'y')]);
}

/** Modulus and public exponent of an RSA key, big-endian, without leading zeros. */
export function publicNumbers(key: KeyObject): { modulus: Buffer; exponent: Buffer } {
  return { modulus: part(key, 'n'), exponent: part(key, 'e') };
}
