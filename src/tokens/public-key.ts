import { DerError, expectTag, objectIdentifier, readAll, readOnly, TAG, unsignedMagnitude, wholeBits } from './der.ts';

/** What decides which signatures a key can make. `bits` is the length of the RSA modulus. */
export type KeyFacts =
  | { type: 'rsa'; bits: number }
  | { type: 'ec'; curve: 'P-256' | 'P-384' | 'P-521' | 'other' }
  | { type: 'ed25519' }
  | { type: 'unknown' };

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';

const CURVES: ReadonlyMap<string, 'P-256' | 'P-384' | 'P-521'> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
]);

/**
 * Facts about the key in a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7, RFC 3279, RFC 5480, RFC 8410). Keys bound to
 * RSASSA-PSS count as `rsa`; brainpool and other curves, and curves given by explicit parameters, as `ec` `other`.
 * @throws DerError
 */
export function keyFactsOf(spki: Buffer): KeyFacts {
  const { algorithm, parameters, key } = readSpki(spki);
  if (algorithm === RSA_ENCRYPTION || algorithm === RSASSA_PSS) return { type: 'rsa', bits: modulusBits(key) };
  if (algorithm === ED25519) return { type: 'ed25519' };
  if (algorithm !== EC_PUBLIC_KEY) return { type: 'unknown' };
  const curve = parameters?.tag === TAG.oid ? CURVES.get(objectIdentifier(parameters)) : undefined;
  return { type: 'ec', curve: curve ?? 'other' };
}

/** The PKCS#1 RSAPublicKey inside a DER SubjectPublicKeyInfo, whichever of the two RSA identifiers it carries. @throws DerError */
export function rsaPublicKeyOf(spki: Buffer): Buffer {
  const { algorithm, key } = readSpki(spki);
  if (algorithm !== RSA_ENCRYPTION && algorithm !== RSASSA_PSS) throw new DerError('not an RSA key');
  return key;
}

function readSpki(spki: Buffer) {
  const [identifier, bits, ...rest] = readAll(readOnly(spki, TAG.sequence));
  if (rest.length > 0) throw new DerError('too many fields in SubjectPublicKeyInfo');
  const [oid, parameters] = readAll(expectTag(identifier, TAG.sequence).contents);
  return { algorithm: objectIdentifier(oid), parameters, key: wholeBits(bits) };
}

function modulusBits(rsaPublicKey: Buffer): number {
  const [modulus] = readAll(readOnly(rsaPublicKey, TAG.sequence));
  const magnitude = unsignedMagnitude(modulus);
  return magnitude.length * 8 - Math.max(0, Math.clz32(magnitude[0] ?? 0) - 24);
}
