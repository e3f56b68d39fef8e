import type { X509Certificate } from 'node:crypto';
import {
  type DerElement,
  DerError,
  expectTag,
  objectIdentifier,
  readAll,
  readElement,
  readOnly,
  TAG,
  unsignedMagnitude,
} from '../../tokens/index.ts';
import { isSignedBy, readSigned, readTime } from './signed.ts';
import type { NoStatus, Status } from './status.ts';

const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';

/** Whether bytes look like a CRL: one DER SEQUENCE, or PEM. `bytes` may be its beginning only. */
export function looksLikeCrl(bytes: Buffer): boolean {
  return (
    (bytes[0] === TAG.sequence && bytes.length > 20) || bytes.subarray(0, 30).toString('latin1').startsWith('-----BEGIN X509 CRL')
  );
}

/**
 * What a CRL (RFC 5280 section 5.1) says about a serial number, once it is signed by the issuer and is about all of its
 * certificates that are not authorities'. `name` is the issuer's in DER; `serial` lower-case hex.
 */
export function statusByCrl(bytes: Buffer, serial: string, issuer: X509Certificate, name: Buffer): Status | NoStatus {
  try {
    const signed = readSigned(readAll(readOnly(unarmoured(bytes), TAG.sequence)));
    const fields = readAll(signed.body.contents);
    if (fields[0]?.tag === TAG.integer) fields.shift();
    const [, issuedBy, first, ...rest] = fields;
    if (!expectTag(issuedBy, TAG.sequence).encoded.equals(name)) return 'other_issuer';
    const thisUpdate = readTime(first);
    const nextUpdate = isTime(rest[0]) ? readTime(rest.shift()) : null;
    const entries = rest[0]?.tag === TAG.sequence ? rest.shift() : undefined;
    if (!isSignedBy(signed, issuer.publicKey)) return 'signature';
    if (!isComplete(rest[0])) return 'partial';
    const wanted = Buffer.from(serial, 'hex');
    const entry = readAll(entries?.contents ?? Buffer.alloc(0)).find(({ contents }) =>
      unsignedMagnitude(readElement(contents, 0)).equals(wanted),
    );
    const revokedAt = entry === undefined ? null : readTime(readAll(entry.contents)[1]);
    return { status: entry === undefined ? 'good' : 'revoked', revokedAt, thisUpdate, nextUpdate };
  } catch (error) {
    if (error instanceof DerError) return 'malformed';
    throw error;
  }
}

function isTime(element: DerElement | undefined): boolean {
  return element?.tag === TAG.utcTime || element?.tag === TAG.generalizedTime;
}

/** Not one with only the changes, some reasons, authorities, or others' certificates: those mark themselves as critical. @throws DerError */
function isComplete(wrapped: DerElement | undefined): boolean {
  if (wrapped === undefined) return true;
  return readAll(readOnly(expectTag(wrapped, 0xa0).contents, TAG.sequence)).every((extension) => {
    const [oid, critical, value] = readAll(expectTag(extension, TAG.sequence).contents);
    if (critical?.tag !== TAG.boolean) return true;
    if (objectIdentifier(oid) !== ISSUING_DISTRIBUTION_POINT) return false;
    // [0] where it is, [1] holders' certificates only: all others narrow it down.
    const scope = readAll(readOnly(expectTag(value, TAG.octetString).contents, TAG.sequence));
    return scope.every(({ tag }) => tag === 0xa0 || tag === 0x81);
  });
}

function unarmoured(bytes: Buffer): Buffer {
  if (bytes[0] === TAG.sequence) return bytes;
  const [, body] = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(bytes.toString('latin1')) ?? [];
  return body === undefined ? bytes : Buffer.from(body, 'base64');
}
