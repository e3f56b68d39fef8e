import { SignetError } from '../../errors/index.ts';
import type { Language } from '../../messages/index.ts';
import { inOrder } from '../order.ts';
import type { Procedure, Purpose } from '../procedure.ts';
import { isForCertificate, presentAlready } from './arrival.ts';
import type { Actor, ProcedureBook, SeenToken } from './book.ts';
import { newCaseId } from './id.ts';
import { USUAL_REMINDER } from './limits.ts';
import { findProposals, mainCertificate, tokenFacts } from './proposals.ts';
import type { CaseCertificate, CaseToken, Holder, Opening } from './record.ts';
import type { Case } from './stored.ts';

/** What a case is opened from: a proposal, or a procedure or purpose and what it is about. */
export interface OpenRequest {
  proposalId?: string;
  procedureId?: string;
  purpose?: Purpose;
  /** `lost`: a token or its PIN is lost or in wrong hands; its certificate has to be revoked. */
  reason?: 'manual' | 'lost';
  /** A token that is plugged in. */
  tokenId?: string;
  /** What is printed on a token that is not, or known of a certificate. */
  token?: Omit<CaseToken, 'id'>;
  certificate?: CaseCertificate;
  holder?: Partial<Holder>;
  language?: Language;
  references?: string[];
  reminderDays?: number;
}

const NOBODY: Holder = { name: '', organisation: '', address: [], email: '', phone: '' };

interface Chosen {
  procedure: Procedure;
  how: Opening;
  token: CaseToken | null;
  certificate: CaseCertificate | null;
  commonName: string | null;
  locked: boolean;
}

/**
 * A new case, version 1, not stored yet. Throws `proposal_not_found`, `procedure_not_found`, `token_not_found`, and
 * `invalid_request` when there is nothing to choose a procedure by.
 */
export function newCase(
  request: OpenRequest,
  around: { tokens: readonly SeenToken[]; book: ProcedureBook; now: Date; actor: Actor },
): Case {
  const { now, actor } = around;
  const { procedure, how, token, certificate, commonName, locked } = choose(request, around.tokens, around.book, now);
  const at = now.toISOString();
  const present = certificate === null && isForCertificate(procedure.purpose) ? presentAlready(around.tokens, now) : {};
  const steps = inOrder(structuredClone(procedure.steps));
  return {
    id: newCaseId(),
    version: 1,
    purpose: procedure.purpose,
    state: 'open',
    outcome: null,
    language: request.language ?? actor.language,
    opened: { at, how },
    closedAt: null,
    token,
    certificate,
    holder: { ...NOBODY, name: commonName ?? '', ...request.holder },
    references: request.references ?? [],
    reminderDays: request.reminderDays ?? USUAL_REMINDER,
    procedure: { ...structuredClone(procedure), steps },
    steps: steps.map(({ id }) => ({
      id,
      mark: 'open' as const,
      doneAt: null,
      waitingSince: null,
      note: '',
      reference: '',
    })),
    notes: [],
    files: [],
    history: [
      {
        seq: 1,
        at,
        who: actor.id,
        what: 'opened',
        detail: { how, procedure: procedure.id, ...(locked ? { pin: 'locked' } : {}), ...present },
      },
    ],
  };
}

function choose(request: OpenRequest, tokens: readonly SeenToken[], book: ProcedureBook, now: Date): Chosen {
  const named = request.procedureId === undefined ? null : (book.get(request.procedureId) ?? null);
  if (request.procedureId !== undefined && named === null) throw new SignetError('procedure_not_found');
  if (request.proposalId !== undefined) {
    const proposal = findProposals(tokens, book, now).find(({ id }) => id === request.proposalId);
    if (proposal === undefined) throw new SignetError('proposal_not_found');
    const { token, certificate, reason } = proposal;
    const procedure = named ?? proposal.procedure;
    const bare = certificate === null ? null : bareCertificate(certificate);
    const commonName = certificate?.commonName ?? null;
    return { procedure, how: reason, token, certificate: bare, commonName, locked: reason === 'blocked' };
  }
  const seen = tokens.find(({ id }) => id === request.tokenId);
  if (request.tokenId !== undefined && seen === undefined) throw new SignetError('token_not_found');
  const own = seen === undefined ? null : mainCertificate(seen);
  const certificate = request.certificate ?? (own === null ? null : bareCertificate(own));
  const token = seen !== undefined ? tokenFacts(seen) : request.token === undefined ? null : { id: '', ...request.token };
  const lost = request.reason === 'lost';
  const purpose = request.purpose ?? named?.purpose ?? (lost ? 'revoke' : undefined);
  if (purpose === undefined || (named !== null && named.purpose !== purpose)) throw unclear(purpose === undefined);
  const procedure = named ?? book.match({ purpose, issuerDn: certificate?.issuer, token: token ?? undefined });
  if (procedure === null) throw new SignetError('procedure_not_found');
  const commonName = request.certificate === undefined ? (own?.commonName ?? null) : null;
  const locked = seen?.pinState === 'locked';
  return { procedure, how: lost ? 'lost' : 'manual', token, certificate, commonName, locked };
}

function bareCertificate({ subject, issuer, serialNumber, notAfter }: CaseCertificate): CaseCertificate {
  return { subject, issuer, serialNumber, notAfter };
}

function unclear(nothing: boolean): SignetError {
  const field = nothing ? 'body.procedureId' : 'body.purpose';
  const expected = nothing ? 'to be present, or purpose or proposalId instead' : 'the purpose of the procedure';
  return new SignetError('invalid_request', { params: { field }, extra: { errors: [{ field, expected }] } });
}
