import type { Case, CaseProposal, CaseSummary, Procedure, ProcedureMatch, Token } from '../../../client/types.ts';
import { ApiProblem, ask } from '../../api/request.ts';

/** The way out of a blocked token: its procedure (null when there is none at all), and the case that is open for it already. */
export interface WayOut {
  procedure: Procedure | null;
  openCase: CaseSummary | null;
}

/** Reads the way out. */
export async function wayOut(token: Token, signal: AbortSignal): Promise<WayOut> {
  const [procedure, { cases }] = await Promise.all([
    procedureFor({ tokenId: token.id, purpose: 'unblock' }, signal),
    ask<{ cases: CaseSummary[] }>('/v1/cases?state=open', { signal }),
  ]);
  const mine = cases.find(({ purpose, token: about }) => purpose === 'unblock' && about?.id === token.id);
  return { procedure, openCase: mine ?? null };
}

/** The best procedure for a purpose, or null. */
export async function procedureFor(
  query: { tokenId: string; purpose: 'unblock' | 'renew'; issuerDn?: string },
  signal: AbortSignal,
): Promise<Procedure | null> {
  try {
    const { procedure } = await ask<ProcedureMatch>(`/v1/procedures/match?${new URLSearchParams(query)}`, { signal });
    return procedure;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) return null;
    throw error;
  }
}

/** Opens a case for a blocked token, as Signet proposes it where it does; resolves with its id. */
export async function openCase(procedureId: string, token: Token): Promise<string> {
  const { proposals } = await ask<{ proposals: CaseProposal[] }>('/v1/cases/proposals');
  const proposed = proposals.find(({ reason, token: about }) => reason === 'blocked' && about.id === token.id);
  const body = proposed === undefined ? { procedureId, tokenId: token.id } : { proposalId: proposed.id };
  return (await ask<Case>('/v1/cases', { method: 'POST', body })).id;
}
