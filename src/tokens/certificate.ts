import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { type ExtensionFacts, readExtensions } from './certificate-extensions.ts';
import { type DerElement, DerError, expectTag, integerContents, readAll, readOnly, TAG, wholeBits } from './der.ts';
import { readName } from './distinguished-name.ts';
import { type KeyFacts, keyFactsOf } from './public-key.ts';

export type { QcStatements } from './certificate-extensions.ts';
export type { KeyFacts } from './public-key.ts';

/** What a certificate says. Names are RFC 4514 strings; times ISO 8601 UTC; numbers, identifiers and fingerprint lower-case hex. */
export type CertificateFacts = ExtensionFacts & {
  subject: string;
  subjectCommonName: string | null;
  issuer: string;
  issuerCommonName: string | null;
  serialNumber: string;
  notBefore: string;
  notAfter: string;
  key: KeyFacts;
  sha256: string;
};

/** The bytes are not a certificate (`certificate_malformed`), or its key is of no kind we can use (`key_unsupported`). */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: 'certificate_malformed' | 'key_unsupported';

  constructor(code: 'certificate_malformed' | 'key_unsupported', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Reads one DER certificate (RFC 5280 section 4.1). Checks its form only: neither signature nor dates nor trust.
 * Written on a small DER reader because a general ASN.1 library would keep 20 MB resident in a daemon that idles all day.
 * @throws CertificateError `certificate_malformed`, also for bytes behind the certificate
 */
export function parseCertificate(der: Buffer): CertificateFacts {
  return refusing(() => {
    const tbs = readTbs(der);
    const subject = readName(tbs.subject.contents);
    const issuer = readName(tbs.issuer.contents);
    return {
      subject: subject.text,
      subjectCommonName: subject.commonName,
      issuer: issuer.text,
      issuerCommonName: issuer.commonName,
      serialNumber: serialHex(tbs.serial),
      ...readValidity(tbs.validity.contents),
      key: keyFactsOf(tbs.spki.encoded),
      ...readExtensions(tbs.extensions),
      sha256: createHash('sha256').update(der).digest('hex'),
    };
  });
}

/**
 * The public key of a DER certificate.
 * @throws CertificateError `certificate_malformed`, or `key_unsupported` when the runtime cannot use the key
 */
export function publicKeyOf(der: Buffer): KeyObject {
  const spki = refusing(() => readTbs(der).spki.encoded);
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new CertificateError('key_unsupported', 'the key of the certificate cannot be used', { cause });
  }
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new CertificateError('certificate_malformed', `not a certificate: ${cause.message}`, { cause });
  }
}

function readTbs(der: Buffer) {
  const [tbs, algorithm, signature, ...rest] = readAll(readOnly(der, TAG.sequence));
  expectTag(algorithm, TAG.sequence);
  wholeBits(signature);
  const fields = readAll(expectTag(tbs, TAG.sequence).contents);
  if (fields[0]?.tag === 0xa0) fields.shift();
  const take = (tag: number) => expectTag(fields.shift(), tag);
  const serial = take(TAG.integer);
  take(TAG.sequence);
  const issuer = take(TAG.sequence);
  const validity = take(TAG.sequence);
  const subject = take(TAG.sequence);
  const spki = take(TAG.sequence);
  if (fields[0]?.tag === 0x81) fields.shift();
  if (fields[0]?.tag === 0x82) fields.shift();
  const extensions = fields[0]?.tag === 0xa3 ? readOnly(take(0xa3).contents, TAG.sequence) : Buffer.alloc(0);
  if (fields.length > 0 || rest.length > 0) throw new DerError('too many fields');
  return { serial, issuer, validity, subject, spki, extensions };
}

/** Negative serial numbers are forbidden and yet exist; they are shown with a sign, as OpenSSL does. */
function serialHex(serial: DerElement): string {
  const contents = integerContents(serial);
  const unsigned = BigInt(`0x${contents.toString('hex')}`);
  const value = (contents[0] ?? 0) >= 0x80 ? unsigned - (1n << BigInt(contents.length * 8)) : unsigned;
  const digits = (value < 0n ? -value : value).toString(16);
  return `${value < 0n ? '-' : ''}${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

function readValidity(contents: Buffer): { notBefore: string; notAfter: string } {
  const [notBefore, notAfter, ...rest] = readAll(contents).map(readTime);
  if (notBefore === undefined || notAfter === undefined || rest.length > 0) throw new DerError('validity is not a pair of times');
  return { notBefore, notAfter };
}

/** A Time in the one form RFC 5280 section 4.1.2.5 allows for each of its two types: seconds, `Z`, no fraction. */
function readTime({ tag, contents }: DerElement): string {
  const text = contents.toString('latin1');
  let digits: string | undefined;
  if (tag === TAG.utcTime && /^\d{12}Z$/.test(text)) digits = `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}`;
  if (tag === TAG.generalizedTime && /^\d{14}Z$/.test(text)) digits = text;
  if (digits === undefined) throw new DerError('wrong time');
  const iso = digits.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const time = new Date(iso);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) throw new DerError('no such time');
  return iso;
}
