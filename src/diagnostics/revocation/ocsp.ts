import { X509Certificate } from 'node:crypto';
import {
  CertificateError,
  type DerElement,
  DerError,
  expectTag,
  objectIdentifier,
  parseCertificate,
  readAll,
  readOnly,
  TAG,
  unsignedMagnitude,
} from '../../tokens/index.ts';
import type { OcspQuestion } from '../reach/reached.ts';
import { isSignedBy, readSigned, readTime, type Signed } from './signed.ts';
import type { NoStatus, Status } from './status.ts';

const BASIC = '1.3.6.1.5.5.7.48.1.1';
const ENUMERATED = 0x0a;
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
};

/** An OCSP answer as far as it can be read without the issuer: `refusal` in RFC 6960's word, or what it holds. */
export type OcspAnswer = { refusal: string } | { basic: Buffer };

/** Reads the frame of an OCSPResponse (RFC 6960 section 4.2.1). Null: the bytes are none. */
export function readOcspAnswer(bytes: Buffer): OcspAnswer | null {
  return orNull(() => {
    const [status, wrapped] = readAll(readOnly(bytes, TAG.sequence));
    const [code = 255] = expectTag(status, ENUMERATED).contents;
    if (code !== 0) return { refusal: REFUSALS[code] ?? `status ${code}` };
    const [type, value] = readAll(readOnly(expectTag(wrapped, 0xa0).contents, TAG.sequence));
    if (objectIdentifier(type) !== BASIC) return null;
    return { basic: expectTag(value, TAG.octetString).contents };
  });
}

/**
 * What a BasicOCSPResponse says about the certificate that was asked about, once its signature is that of the issuer, or of
 * somebody whom the issuer has named for it (RFC 6960 section 4.2.2.2). `now` in milliseconds.
 */
export function statusByOcsp(basic: Buffer, question: OcspQuestion, issuer: X509Certificate, now: number): Status | NoStatus {
  const read = orNull((): Status | NoStatus => {
    const parts = readAll(readOnly(basic, TAG.sequence));
    const signed = readSigned(parts);
    const delegates = parts[3] === undefined ? [] : readAll(readOnly(expectTag(parts[3], 0xa0).contents, TAG.sequence));
    const fields = readAll(signed.body.contents);
    while (fields[0] !== undefined && fields[0].tag !== TAG.generalizedTime) fields.shift();
    const single = readAll(expectTag(fields[1], TAG.sequence).contents).find((each) => isAbout(each, question));
    if (!isFromIssuer(signed, issuer, delegates, now)) return 'signature';
    return single === undefined ? 'other_certificate' : statusOf(readAll(single.contents));
  });
  return read ?? 'malformed';
}

function isAbout(single: DerElement, { nameHash, keyHash, serial }: OcspQuestion): boolean {
  const [id] = readAll(expectTag(single, TAG.sequence).contents);
  const [, name, key, number] = readAll(expectTag(id, TAG.sequence).contents);
  return (
    expectTag(name, TAG.octetString).contents.toString('hex') === nameHash &&
    expectTag(key, TAG.octetString).contents.toString('hex') === keyHash &&
    unsignedMagnitude(number).equals(Buffer.from(serial, 'hex'))
  );
}

function statusOf([, state, thisUpdate, next]: readonly DerElement[]): Status {
  const [update] = next?.tag === 0xa0 ? readAll(next.contents) : [];
  const times = { thisUpdate: readTime(thisUpdate), nextUpdate: update === undefined ? null : readTime(update) };
  if (state?.tag === 0xa1) return { status: 'revoked', revokedAt: readTime(readAll(state.contents)[0]), ...times };
  return { status: state?.tag === 0x80 ? 'good' : 'unknown', revokedAt: null, ...times };
}

function isFromIssuer(signed: Signed, issuer: X509Certificate, delegates: readonly DerElement[], now: number): boolean {
  if (isSignedBy(signed, issuer.publicKey)) return true;
  return delegates.some(({ encoded }) => {
    const delegate = new X509Certificate(encoded);
    const named =
      parseCertificate(encoded).extendedKeyUsage?.includes('OCSPSigning') === true &&
      delegate.checkIssued(issuer) &&
      delegate.verify(issuer.publicKey);
    const inTime = now >= delegate.validFromDate.getTime() && now <= delegate.validToDate.getTime();
    return named && inTime && isSignedBy(signed, delegate.publicKey);
  });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const malformed = error instanceof DerError || error instanceof CertificateError;
    // What OpenSSL cannot read as a certificate.
    if (malformed || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}
