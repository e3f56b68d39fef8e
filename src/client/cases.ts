import { path, Query } from './path.ts';
import type { Call, Transport } from './transport.ts';
import type {
  CallOptions,
  Case,
  CaseFile,
  CaseFileAnswer,
  CaseImportAnswer,
  CaseNoteRequest,
  CaseProposal,
  CaseStepRequest,
  CaseSummary,
  ChangeCaseRequest,
  CloseCaseRequest,
  OpenCaseRequest,
} from './types.ts';

type Language = 'en' | 'fr' | 'es';

/**
 * The cases of a daemon. Every write names the version that was read; SignetApiError `case_changed` tells that somebody else wrote
 * first, with the present version in `problem.version`. Throws as SignetClient does.
 */
export class CasesClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(query: { state?: 'open' | 'closed' } = {}, options?: CallOptions): Promise<CaseSummary[]> {
    return (await this.#json<{ cases: CaseSummary[] }>('GET', path`/v1/cases${new Query(query)}`, undefined, options)).cases;
  }

  open(request: OpenCaseRequest, options?: CallOptions): Promise<Case> {
    return this.#json('POST', '/v1/cases', request, options);
  }

  get(caseId: string, options?: CallOptions): Promise<Case> {
    return this.#json('GET', path`/v1/cases/${caseId}`, undefined, options);
  }

  change(caseId: string, request: ChangeCaseRequest, options?: CallOptions): Promise<Case> {
    return this.#json('PATCH', path`/v1/cases/${caseId}`, request, options);
  }

  /** Removes a case for good. */
  async remove(caseId: string, version: number, options?: CallOptions): Promise<void> {
    await this.#json('DELETE', path`/v1/cases/${caseId}${new Query({ version })}`, undefined, options);
  }

  step(caseId: string, stepId: string, request: CaseStepRequest, options?: CallOptions): Promise<Case> {
    return this.#json('POST', path`/v1/cases/${caseId}/steps/${stepId}`, request, options);
  }

  note(caseId: string, request: CaseNoteRequest, options?: CallOptions): Promise<Case> {
    return this.#json('POST', path`/v1/cases/${caseId}/notes`, request, options);
  }

  close(caseId: string, request: CloseCaseRequest, options?: CallOptions): Promise<Case> {
    return this.#json('POST', path`/v1/cases/${caseId}/close`, request, options);
  }

  reopen(caseId: string, version: number, options?: CallOptions): Promise<Case> {
    return this.#json('POST', path`/v1/cases/${caseId}/reopen`, { version }, options);
  }

  async proposals(options?: CallOptions): Promise<CaseProposal[]> {
    return (await this.#json<{ proposals: CaseProposal[] }>('GET', '/v1/cases/proposals', undefined, options)).proposals;
  }

  async dismiss(proposalId: string, options?: CallOptions): Promise<void> {
    await this.#json('POST', path`/v1/cases/proposals/${proposalId}/dismiss`, undefined, options);
  }

  async files(caseId: string, options?: CallOptions): Promise<CaseFile[]> {
    return (await this.#json<{ files: CaseFile[] }>('GET', path`/v1/cases/${caseId}/files`, undefined, options)).files;
  }

  /** Attaches a file of at most 10 MiB, to a step where it names one; its name is made safe, and what it is is judged by its bytes. */
  async attach(
    caseId: string,
    file: { version: number; name: string; bytes: Buffer; stepId?: string },
    options?: CallOptions,
  ): Promise<CaseFileAnswer> {
    const { bytes, ...query } = file;
    return this.#upload(path`/v1/cases/${caseId}/files${new Query(query)}`, bytes, options);
  }

  file(caseId: string, fileId: string, options?: CallOptions): Promise<Buffer> {
    return this.#download(path`/v1/cases/${caseId}/files/${fileId}`, options);
  }

  async removeFile(caseId: string, fileId: string, version: number, options?: CallOptions): Promise<void> {
    await this.#json('DELETE', path`/v1/cases/${caseId}/files/${fileId}${new Query({ version })}`, undefined, options);
  }

  /** The e-mail of a step as a draft (`message/rfc822`). */
  email(caseId: string, query: { step?: string; language?: Language } = {}, options?: CallOptions): Promise<Buffer> {
    return this.#download(path`/v1/cases/${caseId}/email${new Query(query)}`, options);
  }

  /** The papers of a case as PDF. */
  dossier(caseId: string, query: { language?: Language } = {}, options?: CallOptions): Promise<Buffer> {
    return this.#download(path`/v1/cases/${caseId}/dossier${new Query(query)}`, options);
  }

  /** The whole case as one file. */
  export(caseId: string, options?: CallOptions): Promise<Buffer> {
    return this.#download(path`/v1/cases/${caseId}/export`, options);
  }

  /** Takes in a case that was exported; `known` when it was here just so. */
  import(bytes: Buffer, options?: CallOptions): Promise<CaseImportAnswer> {
    return this.#upload('/v1/cases/import', bytes, options);
  }

  async #json<T>(
    method: Call['method'],
    address: string,
    body: object | undefined,
    options: CallOptions | undefined,
  ): Promise<T> {
    const sent = body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) };
    return (await this.#transport.json({ method, path: address, ...sent, signal: options?.signal })) as T;
  }

  async #upload<T>(address: string, body: Buffer, options: CallOptions | undefined): Promise<T> {
    const headers = { 'content-type': 'application/octet-stream' };
    return (await this.#transport.json({ method: 'POST', path: address, body, headers, signal: options?.signal })) as T;
  }

  #download(address: string, options: CallOptions | undefined): Promise<Buffer> {
    const headers = { accept: '*/*, application/problem+json' };
    return this.#transport.bytes({ method: 'GET', path: address, headers, signal: options?.signal });
  }
}
