import { Type } from '../../schema/index.ts';
import { ALGORITHMS } from '../../signatures/index.ts';
import { Base64, SecretText, Time, Words } from './common.ts';

export const AlgorithmName = Words(ALGORITHMS, 'JOSE algorithm name');

const Encoding = Words(['p1363', 'der'], 'Form of an ECDSA signature; R‖S (p1363) by default');

/** Longest data that one request may carry, in bytes; more is hashed by the caller and sent as a digest. */
export const MAX_DATA = 16 * 1024 * 1024;
/** Digests of one batch. */
export const MAX_BATCH = 10_000;

export const Certificate = Type.Object(
  {
    keyId: Type.String({ description: 'CKA_ID, hex' }),
    label: Type.String(),
    sha256: Type.String({ description: 'Fingerprint, hex' }),
    subject: Type.Union([Type.String(), Type.Null()], { description: 'RFC 4514; null when the certificate cannot be parsed' }),
    issuer: Type.Union([Type.String(), Type.Null()]),
    commonName: Type.Union([Type.String(), Type.Null()]),
    serialNumber: Type.Union([Type.String(), Type.Null()]),
    notBefore: Type.Union([Time, Type.Null()]),
    notAfter: Type.Union([Time, Type.Null()]),
    keyType: Type.Union([Type.String(), Type.Null()], { description: 'Such as "RSA 2048" or "EC P-256"' }),
    keyUsage: Type.Array(Type.String()),
    extendedKeyUsage: Type.Array(Type.String()),
    isCa: Type.Boolean(),
    qualified: Type.Boolean({ description: 'Carries the QcCompliance statement' }),
    qscd: Type.Boolean({ description: 'States that its key is in a qualified device' }),
    der: Type.Optional(Base64('The certificate, when asked for with ?include=der')),
    pem: Type.Optional(Type.String()),
  },
  { title: 'Certificate' },
);

export const Credential = Type.Object(
  {
    id: Type.String(),
    tokenId: Type.String(),
    label: Type.String(),
    algorithms: Type.Array(AlgorithmName),
    usage: Type.Array(Type.String(), { description: 'Key usage of the certificate' }),
    validity: Type.Object({
      notBefore: Time,
      notAfter: Time,
      state: Words(['valid', 'expired', 'not-yet-valid']),
    }),
    issuer: Type.String(),
    subject: Type.String(),
    asksPinEveryTime: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null until a login has shown the private key' }),
    certificate: Certificate,
  },
  { title: 'Credential' },
);

export const SignRequest = Type.Object(
  {
    algorithm: AlgorithmName,
    data: Type.Optional(Base64('What to sign; give either data or digest', MAX_DATA)),
    digest: Type.Optional(Base64('Hash of what to sign, made with the hash of the algorithm', 64)),
    encoding: Type.Optional(Encoding),
    pin: Type.Optional(SecretText('Only for a key that asks every time; needs the scope pin')),
    finalTryConsent: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);
export const SignAnswer = Type.Object({
  signature: Base64('The signature'),
  algorithm: AlgorithmName,
  credentialId: Type.String(),
});

export const SignBatchRequest = Type.Object(
  {
    algorithm: AlgorithmName,
    digests: Type.Array(Base64('A digest', 64), { minItems: 1, maxItems: MAX_BATCH }),
    encoding: Type.Optional(Encoding),
  },
  { additionalProperties: false },
);
export const SignBatchAnswer = Type.Object({
  signatures: Type.Array(Type.String()),
  algorithm: AlgorithmName,
  credentialId: Type.String(),
});

export const VerifyRequest = Type.Object(
  {
    algorithm: AlgorithmName,
    data: Type.Optional(Base64('What was signed; give either data or digest', MAX_DATA)),
    digest: Type.Optional(Base64('Hash of what was signed', 64)),
    signature: Base64('The signature', 4096),
    encoding: Type.Optional(Encoding),
    certificate: Type.Optional(Type.String({ maxLength: 65_536, description: 'DER in base64, or PEM' })),
    credentialId: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
export const VerifyAnswer = Type.Object({
  valid: Type.Boolean(),
  reason: Type.Optional(
    Type.String({
      description: 'Stable word: key_mismatch, signature_length, malformed_signature, signature_mismatch, unverifiable',
    }),
  ),
});
