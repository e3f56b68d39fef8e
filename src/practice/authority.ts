import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { writePrivate } from './file.ts';
import type { PracticeLayout } from './layout.ts';
import { readRegister, writeRegister } from './register.ts';
import { AUTHORITY_NAME, CRL_URI, LIFETIME, ORGANISATION } from './values.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const ID_CRL_NUMBER = '2.5.29.20';

/** The practice authority: its certificate and the key that signs with it. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** A certificate just made. */
export interface Leaf {
  readonly der: Buffer;
  /** Serial number, upper-case hex. */
  readonly serial: string;
  readonly notAfter: Date;
}

// 127 bits: positive, never zero, within the 20 octets of RFC 5280, 4.1.2.2.
function freshSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex').toUpperCase();
}

// Certificates carry whole seconds.
const seconds = (time: number) => new Date(Math.floor(time / 1000) * 1000);

/** Makes the authority: a P-256 key (PKCS#8, 0600), its own certificate and an empty register, all under `layout.ca`. */
export async function createAuthority(layout: PracticeLayout, now: Date): Promise<Authority> {
  mkdirSync(layout.issued, { recursive: true, mode: 0o700 });
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: freshSerial(),
    name: `O=${ORGANISATION}, CN=${AUTHORITY_NAME}`,
    notBefore: seconds(now.getTime() - LIFETIME.backdate),
    notAfter: seconds(now.getTime() + LIFETIME.authority),
    signingAlgorithm: ALGORITHM,
    keys: pair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  const pem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  writePrivate(layout.caKey, pem);
  writePrivate(layout.caCertificate, `${certificate.toString('pem')}\n`);
  writeRegister(layout, []);
  return { certificate, key: pair.privateKey };
}

/** Loads the authority from `layout.ca`. Throws when a file is missing or broken. */
export async function loadAuthority(layout: PracticeLayout): Promise<Authority> {
  const pkcs8 = createPrivateKey(readFileSync(layout.caKey)).export({ type: 'pkcs8', format: 'der' });
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return { certificate: new x509.X509Certificate(readFileSync(layout.caCertificate, 'utf8')), key };
}

/**
 * Issues a certificate for signatures (digitalSignature, nonRepudiation; two years) and enters it in the register.
 * `spki` is the holder's public key, DER.
 */
export async function issue(
  layout: PracticeLayout,
  authority: Authority,
  commonName: string,
  spki: Buffer,
  now: Date,
): Promise<Leaf> {
  const serial = freshSerial();
  const notAfter = seconds(Math.min(now.getTime() + LIFETIME.leaf, authority.certificate.notAfter.getTime()));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: `O=${ORGANISATION}, CN=${commonName}`,
    issuer: authority.certificate.subjectName,
    notBefore: seconds(now.getTime() - LIFETIME.backdate),
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: spki,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation, true),
      await x509.SubjectKeyIdentifierExtension.create(spki),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      new x509.CRLDistributionPointsExtension([CRL_URI]),
    ],
  });
  writePrivate(join(layout.issued, `${serial}.pem`), `${certificate.toString('pem')}\n`);
  writeRegister(layout, [
    ...readRegister(layout),
    { status: 'valid', serial, notAfter, subject: `/O=${ORGANISATION}/CN=${commonName}` },
  ]);
  return { der: Buffer.from(certificate.rawData), serial, notAfter };
}

/** Signs a new CRL (number one higher) over the register's revoked entries and writes it as DER and PEM. Returns when the next is due. */
export async function publishCrl(layout: PracticeLayout, authority: Authority, now: Date): Promise<Date> {
  const number = nextCrlNumber(layout);
  const nextUpdate = seconds(Math.min(now.getTime() + LIFETIME.crl, authority.certificate.notAfter.getTime()));
  const revoked = readRegister(layout).filter((entry) => entry.status === 'revoked');
  const crl = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subjectName,
    thisUpdate: seconds(now.getTime() - LIFETIME.backdate),
    nextUpdate,
    signingAlgorithm: ALGORITHM,
    signingKey: authority.key,
    entries: revoked.map((entry) => ({ serialNumber: entry.serial, revocationDate: entry.revokedAt ?? now })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      new x509.Extension(ID_CRL_NUMBER, false, derInteger(number)),
    ],
  });
  writePrivate(layout.crlNumber, `${number}\n`);
  const der = Buffer.from(crl.rawData);
  writePrivate(layout.crlDer, der);
  writePrivate(layout.crlPem, crlPem(der));
  return nextUpdate;
}

// @peculiar/x509 writes the label `CRL`, which openssl does not read; RFC 7468, 6 has `X509 CRL`.
function crlPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

function nextCrlNumber(layout: PracticeLayout): number {
  try {
    return Number(readFileSync(layout.crlNumber, 'utf8')) + 1;
  } catch {
    return 1;
  }
}

function derInteger(value: number): Buffer {
  const hex = value.toString(16);
  const body = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const positive = (body[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), body]) : body;
  return Buffer.concat([Buffer.of(2, positive.length), positive]);
}
