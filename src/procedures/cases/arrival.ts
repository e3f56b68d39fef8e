import { compilePattern, PatternError } from '../pattern.ts';
import type { SeenCertificate, SeenToken } from './book.ts';
import type { CaseCertificate, CaseRecord, CaseToken } from './record.ts';
import type { ListedCase } from './stored.ts';

type Awaiting = Pick<CaseRecord, 'purpose' | 'token' | 'procedure'> & { certificate: CaseCertificate | null };

/** Whether a case ends with a certificate. */
export function isForCertificate(purpose: string | undefined): boolean {
  return purpose === 'obtain' || purpose === 'renew';
}

/** Whether there is anything by which a case would know the certificate that it is about, should it arrive. */
export function knowsItsCertificate({ purpose, certificate, token, procedure }: Awaiting): boolean {
  return isForCertificate(purpose) && (certificate !== null || token !== null || procedure.match.issuerDn.length > 0);
}

/** Whether a token is the one of a case, which knows only what is printed on it when it was opened without it at hand. */
export function isSame(mine: CaseToken | null, seen: SeenToken): boolean {
  if (mine === null) return false;
  return mine.id === '' ? mine.serial !== '' && mine.serial === seen.serial : mine.id === seen.id;
}

/**
 * What the history gets at the opening of a case that waits for a certificate without knowing one: serial numbers of those issued
 * that very day that were there already, so that none of them is taken for the one that is to come.
 */
export function presentAlready(tokens: readonly SeenToken[], opened: Date): { present?: string } {
  const numbers = issuedSince(tokens, opened).map(({ serialNumber }) => serialNumber);
  return numbers.length === 0 ? {} : { present: numbers.join(' ') };
}

/**
 * What the history gets when the certificate arrives of a case that was opened without one: issued on the day of the opening or
 * later, not seen before, and either from an issuer that the procedure names or, where it names none, on the case's own token.
 */
export function arrival(one: ListedCase, tokens: readonly SeenToken[]): Record<string, string> | null {
  const again = one.history.findLastIndex(({ what }) => what === 'reopened');
  if (one.history.slice(again + 1).some(isArrival)) return null;
  const known = new Set(one.history.flatMap(numbersIn));
  const { issuerDn } = one.procedure.match;
  const own = issuerDn.length > 0 ? tokens : tokens.filter((token) => isSame(one.token, token));
  const fits = issuerDn.length > 0 ? anyOf(issuerDn) : () => true;
  const [next, ...others] = issuedSince(own, new Date(one.opened.at)).filter(
    ({ issuer, serialNumber }) => !known.has(serialNumber) && fits(issuer),
  );
  if (next === undefined) return null;
  const present = others.map(({ serialNumber }) => serialNumber).join(' ');
  const { serialNumber, notAfter } = next;
  return { seen: 'new_certificate', serialNumber, notAfter, ...(present === '' ? {} : { present }) };
}

function isArrival({ what, detail }: ListedCase['history'][number]): boolean {
  return what === 'observed' && detail.seen === 'new_certificate';
}

function numbersIn({ what, detail }: ListedCase['history'][number]): string[] {
  if (what !== 'opened' && what !== 'observed') return [];
  return [detail.serialNumber ?? '', ...(detail.present ?? '').split(' ')];
}

/** Days are compared in UTC, as certificates count them: issuers date back by hours, or to midnight. */
function issuedSince(tokens: readonly SeenToken[], opened: Date): SeenCertificate[] {
  const day = opened.toISOString().slice(0, 10);
  return tokens.flatMap(({ certificates }) => certificates ?? []).filter(({ notBefore }) => notBefore.slice(0, 10) >= day);
}

/** A case from elsewhere may bring patterns that nothing can be matched with. */
function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const tests = patterns.flatMap((pattern) => {
    try {
      return [compilePattern(pattern)];
    } catch (error) {
      if (error instanceof PatternError) return [];
      throw error;
    }
  });
  return (text) => tests.some((test) => test(text));
}
