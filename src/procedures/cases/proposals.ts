import { createHash } from 'node:crypto';
import type { CaseStore } from '../../store/index.ts';
import type { Procedure, Purpose } from '../procedure.ts';
import { type ProcedureBook, type SeenCertificate, type SeenToken, USUAL_WINDOW } from './book.ts';
import type { CaseCertificate, CaseToken } from './record.ts';
import type { ListedCase } from './stored.ts';

const DAY = 86_400_000;

/** A case that Signet would open if asked to, because of what it sees. */
export interface Proposal {
  /** Follows from what was seen: the same again after a restart. */
  id: string;
  reason: 'blocked' | 'expiring' | 'expired';
  purpose: Purpose;
  token: CaseToken;
  certificate: SeenCertificate | null;
  /** Days until the certificate's end, negative after it; null for a blocked token. */
  daysLeft: number | null;
  procedure: Procedure;
}

/** What could be opened for what is plugged in now, most urgent first; what was dismissed or has its open case included. */
export function findProposals(tokens: readonly SeenToken[], book: ProcedureBook, now: Date): Proposal[] {
  const all = tokens.flatMap(({ certificates }) => certificates ?? []);
  const found = tokens.flatMap((token) => [
    ...(token.pinState === 'locked' ? [blocked(token, book)] : []),
    ...(token.certificates ?? [])
      .filter((certificate) => !all.some((other) => replaces(other, certificate)))
      .map((certificate) => ending(token, certificate, book, now)),
  ]);
  const order = ['blocked', 'expired', 'expiring'];
  return found
    .filter((proposal) => proposal !== null)
    .sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason) || (a.daysLeft ?? 0) - (b.daysLeft ?? 0));
}

/** Those of the proposals that are still to be made. */
export function stillOpen(proposals: readonly Proposal[], cases: readonly ListedCase[], store: CaseStore): Proposal[] {
  return proposals.filter(
    (proposal) => !store.isDismissed(proposal.id) && !cases.some((one) => one.state === 'open' && isAbout(one, proposal)),
  );
}

/** The proposal that a token is blocked; also when it is not now, to forget that it was dismissed. */
export function blockedId(token: Pick<CaseToken, 'id'>): string {
  return idOf('blocked', token.id);
}

/** Whether one certificate is the successor of another: the same holder and issuer, and a later end. */
export function replaces(next: CaseCertificate, before: CaseCertificate): boolean {
  return next.subject === before.subject && next.issuer === before.issuer && next.notAfter > before.notAfter;
}

/** The certificate that a blocked token is most likely meant for: the one that holds longest. */
export function mainCertificate(token: Pick<SeenToken, 'certificates'>): SeenCertificate | null {
  return [...(token.certificates ?? [])].sort((a, b) => b.notAfter.localeCompare(a.notAfter))[0] ?? null;
}

/** A token's own facts, without what was seen of its state. */
export function tokenFacts({ id, label, serial, manufacturer, model }: CaseToken): CaseToken {
  return { id, label, serial, manufacturer, model };
}

function blocked(token: SeenToken, book: ProcedureBook): Proposal | null {
  const certificate = mainCertificate(token);
  const procedure = book.match({ purpose: 'unblock', issuerDn: certificate?.issuer, token });
  if (procedure === null) return null;
  const common = { purpose: 'unblock', token: tokenFacts(token), certificate, daysLeft: null, procedure } as const;
  return { id: blockedId(token), reason: 'blocked', ...common };
}

function ending(token: SeenToken, certificate: SeenCertificate, book: ProcedureBook, now: Date): Proposal | null {
  const left = Date.parse(certificate.notAfter) - now.getTime();
  const window = book.renewalOpens(certificate.issuer) ?? USUAL_WINDOW;
  const reason = left <= 0 ? 'expired' : left <= window * DAY ? 'expiring' : null;
  if (reason === null) return null;
  const purpose = reason === 'expired' ? 'obtain' : 'renew';
  const procedure = book.match({ purpose, issuerDn: certificate.issuer, token });
  if (procedure === null) return null;
  const id = idOf(reason, certificate.issuer, certificate.serialNumber);
  return { id, reason, purpose, token: tokenFacts(token), certificate, daysLeft: Math.floor(left / DAY), procedure };
}

function isAbout(one: ListedCase, { purpose, token, certificate, reason }: Proposal): boolean {
  if (one.purpose !== purpose) return false;
  if (reason === 'blocked') return one.token?.id === token.id;
  const { issuer, serialNumber } = one.certificate ?? {};
  return issuer === certificate?.issuer && serialNumber === certificate?.serialNumber;
}

function idOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
