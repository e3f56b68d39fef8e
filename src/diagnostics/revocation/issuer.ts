import { createHash, X509Certificate } from 'node:crypto';
import { DerError, expectTag, readAll, readOnly, TAG, wholeBits } from '../../tokens/index.ts';
import type { OcspQuestion } from '../reach/reached.ts';

/** The certificate in these bytes, DER or PEM; null when there is none. */
export function certificateIn(bytes: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

/**
 * That one of the candidates whose key made the certificate's signature. Whether anybody trusts it is another matter: whoever
 * could sign the certificate can say whether it was revoked.
 */
export function issuerAmong(certificate: X509Certificate, candidates: readonly X509Certificate[]): X509Certificate | null {
  return candidates.find((each) => certificate.checkIssued(each) && verifies(certificate, each)) ?? null;
}

/** The issuer's name as the certificate spells it, in DER. Null for bytes that are no certificate. */
export function issuerNameIn(der: Buffer): Buffer | null {
  try {
    const [tbs] = readAll(readOnly(der, TAG.sequence));
    const fields = readAll(expectTag(tbs, TAG.sequence).contents);
    if (fields[0]?.tag === 0xa0) fields.shift();
    return expectTag(fields[2], TAG.sequence).encoded;
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

/** What to ask a responder about a certificate; null for a serial number that is none (RFC 5280 section 4.1.2.2). */
export function questionAbout(name: Buffer, serial: string, issuer: X509Certificate): OcspQuestion | null {
  if (!/^([0-9a-f]{2}){1,40}$/.test(serial)) return null;
  const [, bits] = readAll(readOnly(issuer.publicKey.export({ type: 'spki', format: 'der' }), TAG.sequence));
  return { nameHash: sha1(name), keyHash: sha1(wholeBits(bits)), serial };
}

function verifies(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Not for security: it is how RFC 6960 names an issuer, and every responder takes it. */
function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
