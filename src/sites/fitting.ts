import { SignetError } from '../errors/index.ts';
import type { Credential } from '../tokens/index.ts';
import { isCurrent } from './cards.ts';

/** What a certificate is wanted for; `show` fits all. */
export type Purpose = 'show' | 'authenticate' | 'sign';

/** A further condition of the site's own; `all` are the credentials that it is one of. */
export type Accepts = (credential: Credential, all: readonly Credential[]) => boolean;

/**
 * The credentials that can serve, best first. Logging in wants digitalSignature and, where an extended usage is named,
 * clientAuth (what validators of Web eID tokens check); signing prefers nonRepudiation and takes digitalSignature on tokens
 * that have no such certificate. Throws `no_certificate`; its variant tells why all of them fell away.
 */
export function fitting(all: readonly Credential[], purpose: Purpose, now: number, accepts: Accepts = () => true): Credential[] {
  if (all.length === 0) throw new SignetError('no_certificate');
  const wanted = all.filter((credential) => accepts(credential, all));
  if (wanted.length === 0) throw new SignetError('no_certificate', { variant: 'filter' });
  const usable = purpose === 'show' ? wanted : wanted.filter((credential) => suits(credential, purpose, all));
  if (usable.length === 0) throw new SignetError('no_certificate', { variant: 'usage' });
  const current = usable.filter(({ certificate }) => isCurrent(certificate.facts, now));
  if (current.length === 0 && purpose !== 'show') throw new SignetError('no_certificate', { variant: 'expired' });
  const rest = purpose === 'show' ? usable.filter((credential) => !current.includes(credential)) : [];
  return [...current.sort((a, b) => rank(a, purpose) - rank(b, purpose)), ...rest];
}

/**
 * Whether a site may have things signed with a credential that is one of `all`. A key that its card has for logging in signs
 * nothing else: what one site has signed with it could log it in as the person at another.
 */
export function isForSigning(credential: Credential, all: readonly Credential[]): boolean {
  return suits(credential, 'sign', all);
}

function suits(
  { certificate: { facts }, token }: Credential,
  purpose: 'authenticate' | 'sign',
  all: readonly Credential[],
): boolean {
  const { keyUsage, extendedKeyUsage } = facts;
  const digital = keyUsage === null || keyUsage.includes('digitalSignature');
  if (purpose === 'authenticate') {
    const client =
      extendedKeyUsage === null || extendedKeyUsage.some((each) => each === 'clientAuth' || each === 'anyExtendedKeyUsage');
    return digital && client;
  }
  if (keyUsage === null || keyUsage.includes('nonRepudiation')) return true;
  const better = all.some(
    (other) => other.token === token && other.certificate.facts.keyUsage?.includes('nonRepudiation') === true,
  );
  return digital && !better;
}

/** Two certificates on one card: the one made for the purpose comes first. */
function rank({ certificate: { facts } }: Credential, purpose: Purpose): number {
  if (purpose !== 'authenticate') return 0;
  return facts.keyUsage?.includes('nonRepudiation') === true ? 1 : 0;
}
