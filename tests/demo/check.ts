import 'reflect-metadata';
import { createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** Why a login or a signature is not accepted. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** What a page hands in: a Web eID authentication token. */
export interface Token {
  unverifiedCertificate: string;
  algorithm: string;
  signature: string;
  format: string;
}

const HASHES: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' };
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * Who logs in: the certificate's common name. Checks what the Web eID specification asks of a server, revocation aside, which the
 * practice authority publishes nowhere. `origin` and `nonce` are the server's own. Throws Refused.
 */
export function checkLogin(
  token: Token,
  origin: string,
  nonce: string,
  authority: X509Certificate,
  now = new Date(),
): X509Certificate {
  if (!token.format?.startsWith('web-eid:1')) throw new Refused('format');
  const certificate = parse(token.unverifiedCertificate);
  requireTrusted(certificate, authority, now);
  requireUsage(certificate, 'login');
  const hash = hashOf(token.algorithm);
  const signed = Buffer.concat([origin, nonce].map((text) => createHash(hash).update(text).digest()));
  if (!isSigned(token.algorithm, signed, certificate.publicKey, Buffer.from(token.signature, 'base64')))
    throw new Refused('signature');
  return certificate;
}

/** Requires that exactly these bytes were signed with the key of a certificate of this authority. Throws Refused. */
export function checkSignature(
  { certificate, algorithm, signature }: { certificate: string; algorithm: string; signature: string },
  data: Buffer,
  authority: X509Certificate,
  now = new Date(),
): X509Certificate {
  const parsed = parse(certificate);
  requireTrusted(parsed, authority, now);
  requireUsage(parsed, 'signature');
  if (!isSigned(algorithm, data, parsed.publicKey, Buffer.from(signature, 'base64'))) throw new Refused('signature');
  return parsed;
}

/** The common name of a certificate's subject. */
export function nameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
}

function parse(der: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der, 'base64'));
  } catch {
    throw new Refused('certificate');
  }
}

function requireTrusted(certificate: X509Certificate, authority: X509Certificate, now: Date): void {
  for (const each of [authority, certificate])
    if (now < new Date(each.validFrom) || now > new Date(each.validTo)) throw new Refused('validity');
  if (!authority.ca || !certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    throw new Refused('chain');
}

function requireUsage(certificate: X509Certificate, purpose: 'login' | 'signature'): void {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw));
  const usages = parsed.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const wanted = purpose === 'login' ? x509.KeyUsageFlags.digitalSignature : x509.KeyUsageFlags.nonRepudiation;
  if ((usages & wanted) === 0) throw new Refused('usage');
  const extended = parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages;
  if (purpose === 'login' && extended !== undefined && !extended.map(String).includes(CLIENT_AUTH)) throw new Refused('usage');
}

function hashOf(algorithm: string): string {
  const hash = HASHES[algorithm.slice(2)];
  if (hash === undefined || !/^(RS|PS|ES)/.test(algorithm)) throw new Refused('algorithm');
  return hash;
}

function isSigned(algorithm: string, data: Buffer, publicKey: KeyObject, signature: Buffer): boolean {
  const hash = hashOf(algorithm);
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
  if (key.asymmetricKeyType !== (algorithm.startsWith('ES') ? 'ec' : 'rsa')) throw new Refused('algorithm');
  if (algorithm.startsWith('ES')) return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  // RFC 8017: 1 is RSASSA-PKCS1-v1_5, 6 is PSS, here with a salt as long as the hash.
  return verify(hash, data, { key, padding: algorithm.startsWith('PS') ? 6 : 1, saltLength: -1 }, signature);
}
