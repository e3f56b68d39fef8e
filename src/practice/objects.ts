import pkcs11 from 'pkcs11js';
import { ecSpki, rsaSpki } from './spki.ts';
import { CREDENTIALS, type PlannedCredential } from './values.ts';

const CURVES = { 'P-256': Buffer.from('06082a8648ce3d030107', 'hex'), 'P-384': Buffer.from('06052b81040022', 'hex') } as const;
// CK_CERTIFICATE_CATEGORY values (PKCS#11 2.40, 4.6.2); pkcs11js has no names for them.
const CATEGORY = { tokenUser: 1, authority: 2 } as const;

/** A library with an open session on one of its tokens. */
export interface Open {
  readonly p11: pkcs11.PKCS11;
  readonly session: Buffer;
}

/** Generates a credential's key pair on the token: private, sensitive, not extractable, for signing only. Needs a user login. */
export function generate({ p11, session }: Open, plan: PlannedCredential): void {
  const common = [
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_ID, value: Buffer.from(plan.id, 'hex') },
    { type: pkcs11.CKA_LABEL, value: plan.label },
  ];
  const shape =
    plan.kind === 'RSA-2048'
      ? [
          { type: pkcs11.CKA_MODULUS_BITS, value: 2048 },
          { type: pkcs11.CKA_PUBLIC_EXPONENT, value: Buffer.of(1, 0, 1) },
        ]
      : [{ type: pkcs11.CKA_EC_PARAMS, value: CURVES[plan.kind] }];
  const mechanism = plan.kind === 'RSA-2048' ? pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN : pkcs11.CKM_EC_KEY_PAIR_GEN;
  p11.C_GenerateKeyPair(
    session,
    { mechanism },
    [...common, ...shape, { type: pkcs11.CKA_PRIVATE, value: false }, { type: pkcs11.CKA_VERIFY, value: true }],
    [
      ...common,
      { type: pkcs11.CKA_PRIVATE, value: true },
      { type: pkcs11.CKA_SENSITIVE, value: true },
      { type: pkcs11.CKA_EXTRACTABLE, value: false },
      { type: pkcs11.CKA_SIGN, value: true },
    ],
  );
}

/** Finds the handles of the token's objects that match `template`. */
export function find({ p11, session }: Open, template: pkcs11.Template): Buffer[] {
  p11.C_FindObjectsInit(session, [{ type: pkcs11.CKA_TOKEN, value: true }, ...template]);
  try {
    return p11.C_FindObjects(session, 100);
  } finally {
    p11.C_FindObjectsFinal(session);
  }
}

/** Reads the public key of every planned credential: SubjectPublicKeyInfo (DER, base64) by CKA_ID. Throws when one is missing. */
export function publicKeys(open: Open): Record<string, string> {
  const entries = CREDENTIALS.map((plan) => {
    const id = Buffer.from(plan.id, 'hex');
    const [key] = find(open, [
      { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_PUBLIC_KEY },
      { type: pkcs11.CKA_ID, value: id },
    ]);
    if (!key) throw new Error(`the practice token has no public key ${plan.label}`);
    const read = (type: number) => {
      const value = open.p11.C_GetAttributeValue(open.session, key, [{ type }])[0]?.value;
      if (!Buffer.isBuffer(value)) throw new Error(`the public key ${plan.label} cannot be read`);
      return value;
    };
    const spki =
      plan.kind === 'RSA-2048'
        ? rsaSpki(read(pkcs11.CKA_MODULUS), read(pkcs11.CKA_PUBLIC_EXPONENT))
        : ecSpki(plan.kind, read(pkcs11.CKA_EC_POINT));
    return [plan.id, spki.toString('base64')];
  });
  return Object.fromEntries(entries);
}

/** What a certificate object says of itself beside its bytes. */
export interface CertificateText {
  readonly id: string;
  readonly label: string;
  readonly authority: boolean;
  readonly der: Buffer;
  /** DER of subject, issuer and serial number, as in the certificate. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly serial: Buffer;
}

/**
 * Stores a certificate under its CKA_ID in place of those that were there: the new one first, so that there is always one.
 * A public object: the specification lets a session without login write it, so no PIN is needed.
 */
export function replaceCertificate(open: Open, certificate: CertificateText): void {
  const same = [
    { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_CERTIFICATE },
    { type: pkcs11.CKA_ID, value: Buffer.from(certificate.id, 'hex') },
  ];
  const old = find(open, same);
  open.p11.C_CreateObject(open.session, [
    ...same,
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_PRIVATE, value: false },
    { type: pkcs11.CKA_CERTIFICATE_TYPE, value: pkcs11.CKC_X_509 },
    { type: pkcs11.CKA_CERTIFICATE_CATEGORY, value: certificate.authority ? CATEGORY.authority : CATEGORY.tokenUser },
    { type: pkcs11.CKA_LABEL, value: certificate.label },
    { type: pkcs11.CKA_SUBJECT, value: certificate.subject },
    { type: pkcs11.CKA_ISSUER, value: certificate.issuer },
    { type: pkcs11.CKA_SERIAL_NUMBER, value: certificate.serial },
    { type: pkcs11.CKA_VALUE, value: certificate.der },
  ]);
  for (const handle of old) open.p11.C_DestroyObject(open.session, handle);
}
