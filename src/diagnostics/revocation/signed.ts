import { type KeyObject, verify } from 'node:crypto';
import { type DerElement, DerError, expectTag, objectIdentifier, readAll, TAG, wholeBits } from '../../tokens/index.ts';

const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
]);

/** The three parts that X.509's signed structures begin with: what is signed, with what, and the signature. */
export interface Signed {
  body: DerElement;
  algorithm: string;
  signature: Buffer;
}

/** @throws DerError */
export function readSigned([body, algorithm, signature]: readonly DerElement[]): Signed {
  const [oid] = readAll(expectTag(algorithm, TAG.sequence).contents);
  return { body: expectTag(body, TAG.sequence), algorithm: objectIdentifier(oid), signature: wholeBits(signature) };
}

/** Whether the key made the signature. False as well for algorithms that are weak (SHA-1) or not read here (RSASSA-PSS). */
export function isSignedBy({ body, algorithm, signature }: Signed, key: KeyObject): boolean {
  const hash = HASHES.get(algorithm);
  if (hash === undefined) return false;
  try {
    return verify(hash, body.encoded, key, signature);
  } catch {
    return false;
  }
}

/** A Time of a CRL or an OCSP answer in milliseconds since 1970: whole seconds, `Z` (RFC 5280 section 5.1.2.4). @throws DerError */
export function readTime(element: DerElement | undefined): number {
  const text = element?.contents.toString('latin1') ?? '';
  const short = element?.tag === TAG.utcTime && /^\d{12}Z$/.test(text);
  if (!short && !(element?.tag === TAG.generalizedTime && /^\d{14}Z$/.test(text))) throw new DerError('wrong time');
  const digits = short ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const time = Date.parse(digits.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time)) throw new DerError('no such time');
  return time;
}
