import type { webcrypto } from 'node:crypto';
import ck from 'pkcs11js';
import type { Identity, KeyKind } from './identity.ts';

const curves: Record<Exclude<KeyKind, 'rsa2048'>, Buffer> = {
  p256: Buffer.from('06082a8648ce3d030107', 'hex'),
  p384: Buffer.from('06052b81040022', 'hex'),
};

function number(jwk: webcrypto.JsonWebKey, field: keyof webcrypto.JsonWebKey): Buffer {
  const value = jwk[field];
  if (typeof value !== 'string') throw new Error(`the key has no ${String(field)}`);
  return Buffer.from(value, 'base64url');
}

function common(identity: Identity, objectClass: number, isPrivate: boolean): ck.Template {
  return [
    { type: ck.CKA_CLASS, value: objectClass },
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_PRIVATE, value: isPrivate },
    { type: ck.CKA_ID, value: identity.id },
    { type: ck.CKA_LABEL, value: identity.label },
  ];
}

/** The certificate as a PKCS#11 object. */
export function certificateTemplate(identity: Identity): ck.Template {
  return [
    ...common(identity, ck.CKO_CERTIFICATE, false),
    { type: ck.CKA_CERTIFICATE_TYPE, value: ck.CKC_X_509 },
    { type: ck.CKA_SUBJECT, value: identity.subject },
    { type: ck.CKA_ISSUER, value: identity.subject },
    { type: ck.CKA_SERIAL_NUMBER, value: identity.serialNumber },
    { type: ck.CKA_VALUE, value: identity.certificate },
  ];
}

/** The private key as a sensitive object that does not leave the token; `alwaysAuthenticate` asks for a PIN per signature. */
export function privateKeyTemplate(identity: Identity, alwaysAuthenticate: boolean): ck.Template {
  const { jwk, kind } = identity;
  const base: ck.Template = [
    ...common(identity, ck.CKO_PRIVATE_KEY, true),
    { type: ck.CKA_SENSITIVE, value: true },
    { type: ck.CKA_EXTRACTABLE, value: false },
    { type: ck.CKA_SIGN, value: true },
    { type: ck.CKA_SUBJECT, value: identity.subject },
    // openCryptoki 3.8 does not know the attribute: it is named only where it is wanted.
    ...(alwaysAuthenticate ? [{ type: ck.CKA_ALWAYS_AUTHENTICATE, value: true }] : []),
  ];
  if (kind !== 'rsa2048') {
    return [
      ...base,
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_EC },
      { type: ck.CKA_EC_PARAMS, value: curves[kind] },
      { type: ck.CKA_VALUE, value: number(jwk, 'd') },
    ];
  }
  return [
    ...base,
    { type: ck.CKA_KEY_TYPE, value: ck.CKK_RSA },
    { type: ck.CKA_MODULUS, value: number(jwk, 'n') },
    { type: ck.CKA_PUBLIC_EXPONENT, value: number(jwk, 'e') },
    { type: ck.CKA_PRIVATE_EXPONENT, value: number(jwk, 'd') },
    { type: ck.CKA_PRIME_1, value: number(jwk, 'p') },
    { type: ck.CKA_PRIME_2, value: number(jwk, 'q') },
    { type: ck.CKA_EXPONENT_1, value: number(jwk, 'dp') },
    { type: ck.CKA_EXPONENT_2, value: number(jwk, 'dq') },
    { type: ck.CKA_COEFFICIENT, value: number(jwk, 'qi') },
  ];
}

/** The public key, for tokens whose programs look for one. */
export function publicKeyTemplate(identity: Identity): ck.Template {
  const { jwk, kind } = identity;
  const base: ck.Template = [...common(identity, ck.CKO_PUBLIC_KEY, false), { type: ck.CKA_VERIFY, value: true }];
  if (kind === 'rsa2048') {
    return [
      ...base,
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_RSA },
      { type: ck.CKA_MODULUS, value: number(jwk, 'n') },
      { type: ck.CKA_PUBLIC_EXPONENT, value: number(jwk, 'e') },
    ];
  }
  const point = Buffer.concat([Buffer.from([0x04]), number(jwk, 'x'), number(jwk, 'y')]);
  return [
    ...base,
    { type: ck.CKA_KEY_TYPE, value: ck.CKK_EC },
    { type: ck.CKA_EC_PARAMS, value: curves[kind] },
    // CKA_EC_POINT is the point inside a DER OCTET STRING; both points are shorter than 128 bytes.
    { type: ck.CKA_EC_POINT, value: Buffer.concat([Buffer.from([0x04, point.length]), point]) },
  ];
}
