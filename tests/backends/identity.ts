import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } from '@peculiar/x509';

export type KeyKind = 'rsa2048' | 'p256' | 'p384';

/** A private key with its self-signed certificate, made in software, ready to be written to a token. */
export interface Identity {
  kind: KeyKind;
  /** CKA_ID of key and certificate. */
  id: Buffer;
  label: string;
  jwk: webcrypto.JsonWebKey;
  /** DER. */
  certificate: Buffer;
  /** DER of the certificate's fields, as CKA_SUBJECT and CKA_SERIAL_NUMBER want them. */
  subject: Buffer;
  serialNumber: Buffer;
}

/** Whichever WebCrypto the library's types mean: Node's, or the browser's where the browser tests include this file. */
type SelfSigned = Parameters<typeof X509CertificateGenerator.createSelfSigned>;

const DAY_MS = 24 * 3600 * 1000;

const algorithms = {
  rsa2048: {
    key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    sign: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  },
  p256: { key: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  p384: { key: { name: 'ECDSA', namedCurve: 'P-384' }, sign: { name: 'ECDSA', hash: 'SHA-384' } },
} as const;

/** Makes a key of `kind` and a certificate for CN=`label`, valid from yesterday for ten years, or for `valid` (days from now). */
export async function makeIdentity(
  kind: KeyKind,
  id: Buffer,
  label: string,
  [from, until]: readonly [number, number] = [-1, 3650],
): Promise<Identity> {
  const { key, sign } = algorithms[kind];
  const keys = await webcrypto.subtle.generateKey(key, true, ['sign', 'verify']);
  // The high bit is clear, so that the number stays positive in DER.
  const serial = Buffer.concat([Buffer.from([0x4a]), webcrypto.getRandomValues(new Uint8Array(15))]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${label}, O=Signet tests`,
      serialNumber: serial.toString('hex'),
      notBefore: new Date(Date.now() + from * DAY_MS),
      notAfter: new Date(Date.now() + until * DAY_MS),
      keys: keys as SelfSigned[0]['keys'],
      signingAlgorithm: sign,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
      ],
    },
    webcrypto as SelfSigned[1],
  );
  return {
    kind,
    id,
    label,
    jwk: await webcrypto.subtle.exportKey('jwk', keys.privateKey),
    certificate: Buffer.from(certificate.rawData),
    subject: Buffer.from(certificate.subjectName.toArrayBuffer()),
    serialNumber: Buffer.concat([Buffer.from([0x02, serial.length]), serial]),
  };
}
