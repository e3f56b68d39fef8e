import type {
  Case,
  CaseFileAnswer,
  CaseImportAnswer,
  CaseNoteRequest,
  CaseProposal,
  CaseStepRequest,
  CaseSummary,
  ChangeCaseRequest,
  CloseCaseRequest,
  OpenCaseRequest,
  ProceduresAnswer,
} from '../../client/types.ts';
import { ask, path } from './request.ts';

/** A procedure as a list shows it. */
export type ProcedureListed = ProceduresAnswer['procedures'][number];

/** Every case, newest first, and what Signet proposes. */
export interface Desk {
  cases: CaseSummary[];
  proposals: CaseProposal[];
}

export async function desk(signal: AbortSignal): Promise<Desk> {
  const [{ cases }, { proposals }] = await Promise.all([
    ask<{ cases: CaseSummary[] }>('/v1/cases', { signal }),
    ask<{ proposals: CaseProposal[] }>('/v1/cases/proposals', { signal }),
  ]);
  return { cases, proposals };
}

export async function dismissProposal(proposalId: string): Promise<void> {
  await ask(path`/v1/cases/proposals/${proposalId}/dismiss`, { method: 'POST' });
}

/** Procedures for a purpose; with a token only what fits it, best first. */
export async function procedures(
  query: { purpose: CaseSummary['purpose']; tokenId?: string },
  signal: AbortSignal,
): Promise<ProcedureListed[]> {
  return (await ask<ProceduresAnswer>(`/v1/procedures?${new URLSearchParams(query)}`, { signal })).procedures;
}

export function openCase(body: OpenCaseRequest): Promise<Case> {
  return ask('/v1/cases', { method: 'POST', body });
}

export function readCase(caseId: string, signal: AbortSignal): Promise<Case> {
  return ask(path`/v1/cases/${caseId}`, { signal });
}

export function changeCase(caseId: string, body: ChangeCaseRequest): Promise<Case> {
  return ask(path`/v1/cases/${caseId}`, { method: 'PATCH', body });
}

export async function deleteCase(caseId: string, version: number): Promise<void> {
  await ask(`${path`/v1/cases/${caseId}`}?version=${version}`, { method: 'DELETE' });
}

export function recordStep(caseId: string, stepId: string, body: CaseStepRequest): Promise<Case> {
  return ask(path`/v1/cases/${caseId}/steps/${stepId}`, { method: 'POST', body });
}

export function addNote(caseId: string, body: CaseNoteRequest): Promise<Case> {
  return ask(path`/v1/cases/${caseId}/notes`, { method: 'POST', body });
}

export function closeCase(caseId: string, body: CloseCaseRequest): Promise<Case> {
  return ask(path`/v1/cases/${caseId}/close`, { method: 'POST', body });
}

export function reopenCase(caseId: string, version: number): Promise<Case> {
  return ask(path`/v1/cases/${caseId}/reopen`, { method: 'POST', body: { version } });
}

/** Attaches a file; rejects with a DOMException when the browser cannot read it. */
export async function attachFile(caseId: string, version: number, file: File): Promise<CaseFileAnswer> {
  const query = new URLSearchParams({ version: String(version), name: file.name });
  return ask(`${path`/v1/cases/${caseId}/files`}?${query}`, { method: 'POST', body: await bytesOf(file) });
}

export async function removeFile(caseId: string, fileId: string, version: number): Promise<void> {
  await ask(`${path`/v1/cases/${caseId}/files/${fileId}`}?version=${version}`, { method: 'DELETE' });
}

/** Takes in a case that was exported; rejects as `attachFile` does. */
export async function importCase(file: File): Promise<CaseImportAnswer> {
  return ask('/v1/cases/import', { method: 'POST', body: await bytesOf(file) });
}

/** Read before it is sent: a file that is gone must not look like a daemon that is. */
async function bytesOf(file: File): Promise<Blob> {
  return new Blob([await file.arrayBuffer()], { type: 'application/octet-stream' });
}
