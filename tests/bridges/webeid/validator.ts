import 'reflect-metadata';
import { createHash, verify, X509Certificate } from 'node:crypto';
import {
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Parsed,
} from '@peculiar/x509';

/** What a site's server knows by itself, and never takes from the token. */
export interface SiteServer {
  origin: string;
  challengeNonce: string;
  /** The CAs that it trusts to have issued certificates. */
  authorities: readonly X509Certificate[];
  now?: Date;
}

export type Refusal =
  | 'length'
  | 'json'
  | 'format'
  | 'members'
  | 'certificate'
  | 'purpose'
  | 'policy'
  | 'validity'
  | 'path'
  | 'algorithm'
  | 'signature';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** Mobile-ID: certificates that no token of this format may carry. */
const DISALLOWED_POLICIES = ['1', '2', '3'].map((last) => `1.3.6.1.4.1.10015.1.3.${last}`).concat('1.3.6.1.4.1.10015.1.3');
const MEMBERS = ['unverifiedCertificate', 'algorithm', 'signature', 'format', 'appVersion'] as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

/**
 * Validates an authentication token of the format `web-eid:1.0` in the order in which the published validators do, without asking
 * whether the certificate is revoked: test certificates name no responder. Null when it is good.
 */
export function refusalOf(text: string, site: SiteServer): Refusal | null {
  if (text.length < 100 || text.length > 10_000) return 'length';
  let token: Record<string, unknown>;
  try {
    token = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return 'json';
  }
  if (typeof token.format !== 'string' || !token.format.startsWith('web-eid:1')) return 'format';
  const [der, algorithm, signature] = MEMBERS.map((name) => token[name]);
  if (typeof der !== 'string' || typeof algorithm !== 'string' || typeof signature !== 'string') return 'members';
  if (!BASE64.test(der) || !BASE64.test(signature) || der === '' || signature === '') return 'members';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(der, 'base64'));
  } catch {
    return 'certificate';
  }
  return (
    certificateRefusal(certificate, site) ?? signatureRefusal(certificate, algorithm, Buffer.from(signature, 'base64'), site)
  );
}

function certificateRefusal(certificate: X509Certificate, { authorities, now = new Date() }: SiteServer): Refusal | null {
  const parsed = new Parsed(certificate.raw);
  const usage = parsed.getExtension(KeyUsagesExtension);
  if (usage === null || (usage.usages & KeyUsageFlags.digitalSignature) === 0) return 'purpose';
  const extended = parsed.getExtension(ExtendedKeyUsageExtension);
  if (extended !== null && !extended.usages.includes(CLIENT_AUTH)) return 'purpose';
  const policies = parsed.getExtension(CertificatePolicyExtension)?.policies ?? [];
  if (policies.some((each) => DISALLOWED_POLICIES.includes(each))) return 'policy';
  const at = now.getTime();
  const current = (each: X509Certificate): boolean => each.validFromDate.getTime() <= at && at <= each.validToDate.getTime();
  if (!current(certificate)) return 'validity';
  const issuer = authorities.find((each) => certificate.checkIssued(each) && certificate.verify(each.publicKey));
  return issuer === undefined || !current(issuer) ? 'path' : null;
}

function signatureRefusal(certificate: X509Certificate, algorithm: string, signature: Buffer, site: SiteServer): Refusal | null {
  const [, family, bits] = /^(RS|PS|ES)(256|384|512)$/.exec(algorithm) ?? [];
  if (family === undefined || bits === undefined) return 'algorithm';
  const { publicKey } = certificate;
  const wanted = family === 'ES' ? 'ec' : 'rsa';
  if (publicKey.asymmetricKeyType !== wanted) return 'algorithm';
  if (family === 'ES' && publicKey.asymmetricKeyDetails?.namedCurve !== CURVES[algorithm]) return 'algorithm';
  const hash = `sha${bits}`;
  const signed = Buffer.concat([site.origin, site.challengeNonce].map((text) => createHash(hash).update(text, 'utf8').digest()));
  // node:crypto's padding numbers: 1 is PKCS#1 v1.5, 6 is PSS.
  const how =
    family === 'ES'
      ? { dsaEncoding: 'ieee-p1363' as const }
      : family === 'PS'
        ? { padding: 6, saltLength: Number(bits) / 8 }
        : { padding: 1 };
  return verify(hash, signed, { key: publicKey, ...how }, signature) ? null : 'signature';
}
