import 'reflect-metadata';
import { type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A small practice CA that lives as long as the process. */
export interface Authority {
  /** The CA's own certificate, DER. */
  certificate: Buffer;
  /** Signs a certificate for an RSA or P-256 public key, valid for a year; `usage` is a KeyUsage bit field. DER. */
  issue(publicKey: KeyObject, commonName: string, usage?: number): Promise<Buffer>;
}

const YEAR = 365 * 24 * 3600 * 1000;
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function create(): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const [notBefore, notAfter] = [new Date(Date.now() - 60_000), new Date(Date.now() + YEAR)];
  const name = 'CN=Virtual card test CA';
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    notBefore,
    notAfter,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: Buffer.from(root.rawData),
    async issue(publicKey, commonName, usage = x509.KeyUsageFlags.digitalSignature) {
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: `4${randomBytes(8).toString('hex').slice(1)}`,
        subject: [{ CN: [commonName] }],
        issuer: name,
        notBefore,
        notAfter,
        publicKey: publicKey.export({ type: 'spki', format: 'der' }),
        signingKey: keys.privateKey,
        signingAlgorithm: SIGNING,
        extensions: [new x509.BasicConstraintsExtension(false), new x509.KeyUsagesExtension(usage, true)],
      });
      return Buffer.from(certificate.rawData);
    },
  };
}

let shared: Promise<Authority> | undefined;

/** The process's one practice CA, made on first use. */
export function authority(): Promise<Authority> {
  shared ??= create();
  return shared;
}
