import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const KEYS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  p256: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
} as const;

/** A self-signed certificate, in DER. */
export async function issue(key: keyof typeof KEYS, options: { ca?: boolean; name?: string } = {}): Promise<Buffer> {
  const algorithm = KEYS[key];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${options.name ?? 'Test'}`,
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2040-01-01'),
      extensions: [new x509.BasicConstraintsExtension(options.ca ?? false)],
    },
    webcrypto as typeof globalThis.crypto,
  );
  return Buffer.from(certificate.rawData);
}
