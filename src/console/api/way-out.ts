import type { Case, CaseProposal, CaseSummary, Procedure } from '../../client/types.ts';
import { ask, path } from './request.ts';

/** A procedure in the page's language. */
export function procedureById(procedureId: string, signal: AbortSignal): Promise<Procedure> {
  return ask(path`/v1/procedures/${procedureId}`, { signal });
}

/**
 * The id of the case for a procedure and what it is about (a token's id, or anything else that a check names): the one that is
 * open already, else one that Signet proposes, else a new one. A new one is made only for a token, or for nothing in particular.
 */
export async function leadOut(procedureId: string, subject: string | null): Promise<string> {
  const [{ cases }, { proposals }, { tokens }] = await Promise.all([
    ask<{ cases: CaseSummary[] }>('/v1/cases?state=open'),
    ask<{ proposals: CaseProposal[] }>('/v1/cases/proposals'),
    ask<{ tokens: { id: string }[] }>('/v1/tokens'),
  ]);
  const tokenId = tokens.find(({ id }) => id === subject)?.id;
  const fits = (about: { id: string | null } | null): boolean => tokenId === undefined || about?.id === tokenId;
  const running = cases.find((each) => each.procedureId === procedureId && fits(each.token));
  if (running !== undefined) return running.id;
  const proposed = proposals.find((each) => each.procedureId === procedureId && fits(each.token));
  const body =
    proposed !== undefined ? { proposalId: proposed.id } : { procedureId, ...(tokenId === undefined ? {} : { tokenId }) };
  return (await ask<Case>('/v1/cases', { method: 'POST', body })).id;
}
