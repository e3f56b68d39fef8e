import { createHash } from 'node:crypto';
import type { CertificateCard, DocumentCard, TokenCard } from '../prompt/index.ts';
import { type Credential, FLAG, pinLengths, type Token } from '../tokens/index.ts';

/** Groups of four hex digits that are shown of each end of a digest. */
const ENDS = 2;

/** A token, as a question shows it. */
export function tokenCard(token: Token): TokenCard {
  const { facts } = token;
  const { min, max } = pinLengths(facts);
  return {
    id: token.id,
    label: facts.label,
    reader: token.reader,
    pinPad: (facts.flags & FLAG.pinPad) !== 0,
    minPinLength: min,
    maxPinLength: max,
  };
}

/** A credential, as a question shows it; `now` in milliseconds. */
export function certificateCard({ id, token, certificate: { facts } }: Credential, now: number): CertificateCard {
  return {
    credentialId: id,
    holder: facts.subjectCommonName ?? facts.subject,
    issuer: facts.issuerCommonName ?? facts.issuer,
    notBefore: facts.notBefore,
    notAfter: facts.notAfter,
    valid: isCurrent(facts, now),
    token: tokenCard(token),
  };
}

/** True between a certificate's two dates. */
export function isCurrent({ notBefore, notAfter }: { notBefore: string; notAfter: string }, now: number): boolean {
  return Date.parse(notBefore) <= now && now <= Date.parse(notAfter);
}

/** How a hash is called to people. */
const HASH_NAMES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

/**
 * A document by its digest: both ends, enough to compare with what the site shows. `hash` null: of a key that hashes by itself.
 * `bytes` are hashed here when `whole`, else they are the digest.
 */
export function documentCard(
  name: string | null,
  hash: 'sha256' | 'sha384' | 'sha512' | null,
  bytes: Buffer,
  whole: boolean,
): DocumentCard {
  const used = hash ?? 'sha256';
  const digest = whole ? createHash(used).update(bytes).digest() : bytes;
  const groups = digest.toString('hex').match(/.{1,4}/g) ?? [];
  const shown = groups.length <= ENDS * 2 ? groups : [...groups.slice(0, ENDS), '…', ...groups.slice(-ENDS)];
  return { name, digest: `${HASH_NAMES[used]} ${shown.join(' ')}` };
}

/** The SHA-256 of a certificate, by which a site's remembered ones are known. */
export function printOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}
