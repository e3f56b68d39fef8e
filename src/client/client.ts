import { jsonBody, wipeSecrets } from './body.ts';
import { CasesClient } from './cases.ts';
import { type DiagnosticsOptions, diagnose } from './diagnostics.ts';
import { type EventsOptions, listen } from './events.ts';
import { path, Query } from './path.ts';
import { SiteClient, type SiteWay } from './site.ts';
import { Transport, type TransportOptions } from './transport.ts';
import type {
  AddClientAnswer,
  AddClientRequest,
  AfirmaLaunchAnswer,
  AuditAnswer,
  AuditQuery,
  Bridge,
  CallOptions,
  Certificate,
  ChangePinRequest,
  ConsentAnswer,
  ConsoleCode,
  ConsoleCodeState,
  Credential,
  DiagnosticList,
  DiagnosticReport,
  Driver,
  Health,
  LoginAnswer,
  LoginRequest,
  NamedClient,
  NarrowOriginRequest,
  OpenPrompt,
  PairedOrigin,
  PinAnswer,
  Procedure,
  ProcedureMatch,
  ProcedureMatchQuery,
  ProceduresAnswer,
  ProceduresQuery,
  PromptAnswer,
  PromptEvent,
  Recording,
  Settings,
  SignAnswer,
  SignBatchAnswer,
  SignBatchRequest,
  SignetEvent,
  SignRequest,
  SupportBundle,
  SupportBundleRequest,
  Token,
  UnblockRequest,
  VerifyAnswer,
  VerifyRequest,
} from './types.ts';

export type SignetClientOptions = TransportOptions;

/**
 * A running Signet daemon. Every method throws SignetApiError for an error that the daemon tells, DaemonUnreachable when it
 * does not answer, and the signal's reason when it was called off. PINs are given as Buffers, which are zeroed afterwards.
 */
export class SignetClient {
  readonly #transport: Transport;
  /** Cases: a person's way through a procedure. */
  readonly cases: CasesClient;

  constructor(options: SignetClientOptions = {}) {
    this.#transport = new Transport(options);
    this.cases = new CasesClient(this.#transport);
  }

  /** Name and version; never waits for a driver. */
  health(options?: CallOptions): Promise<Health> {
    return this.#get('/health', options);
  }

  async drivers(options?: CallOptions): Promise<Driver[]> {
    return (await this.#get<{ drivers: Driver[] }>('/v1/drivers', options)).drivers;
  }

  async bridges(options?: CallOptions): Promise<Bridge[]> {
    return (await this.#get<{ bridges: Bridge[] }>('/v1/bridges', options)).bridges;
  }

  async tokens(options?: CallOptions): Promise<Token[]> {
    return (await this.#get<{ tokens: Token[] }>('/v1/tokens', options)).tokens;
  }

  token(tokenId: string, options?: CallOptions): Promise<Token> {
    return this.#get(path`/v1/tokens/${tokenId}`, options);
  }

  /** Presents the PIN; when it is right, this caller may use the token's keys until it has been idle too long. */
  login(tokenId: string, request: LoginRequest = {}, options?: CallOptions): Promise<LoginAnswer> {
    return this.#post(path`/v1/tokens/${tokenId}/login`, { ...request }, options);
  }

  async logout(tokenId: string, options?: CallOptions): Promise<void> {
    await this.#post(path`/v1/tokens/${tokenId}/logout`, undefined, options);
  }

  changePin(tokenId: string, request: ChangePinRequest, options?: CallOptions): Promise<PinAnswer> {
    return this.#post(path`/v1/tokens/${tokenId}/pin`, { ...request }, options);
  }

  /** Gives a token a new PIN by its PUK or SO PIN. */
  unblock(tokenId: string, request: UnblockRequest, options?: CallOptions): Promise<PinAnswer> {
    return this.#post(path`/v1/tokens/${tokenId}/unblock`, { ...request }, options);
  }

  /** Records that the person agrees to a try that may block the token. Call it only when a person has just said so. */
  finalTryConsent(tokenId: string, kind: 'pin' | 'puk' = 'pin', options?: CallOptions): Promise<ConsentAnswer> {
    return this.#post(path`/v1/tokens/${tokenId}/final-try-consent`, { kind }, options);
  }

  /** The certificates on a token; `include` adds the certificates themselves. */
  async certificates(tokenId: string, options: CallOptions & { include?: 'der' | 'pem' } = {}): Promise<Certificate[]> {
    const address = path`/v1/tokens/${tokenId}/certificates${new Query({ include: options.include })}`;
    return (await this.#get<{ certificates: Certificate[] }>(address, options)).certificates;
  }

  /** Every credential on every token; `include` adds the certificates themselves. */
  async credentials(options: CallOptions & { include?: 'der' | 'pem' } = {}): Promise<Credential[]> {
    const address = path`/v1/credentials${new Query({ include: options.include })}`;
    return (await this.#get<{ credentials: Credential[] }>(address, options)).credentials;
  }

  /** One credential; `include` adds its certificate itself. */
  credential(credentialId: string, options: CallOptions & { include?: 'der' | 'pem' } = {}): Promise<Credential> {
    return this.#get(path`/v1/credentials/${credentialId}${new Query({ include: options.include })}`, options);
  }

  /** Signs data or a digest. */
  sign(credentialId: string, request: SignRequest, options?: CallOptions): Promise<SignAnswer> {
    return this.#post(path`/v1/credentials/${credentialId}/sign`, withBase64(request), options);
  }

  /** Signs many digests in order: all of them, or an error whose `problem.made` says how many. */
  signBatch(credentialId: string, request: SignBatchRequest, options?: CallOptions): Promise<SignBatchAnswer> {
    const members = { ...request, digests: request.digests.map(base64) };
    return this.#post(path`/v1/credentials/${credentialId}/sign-batch`, members, options);
  }

  /** Checks a signature. A wrong one is an answer, not an error. */
  verify(request: VerifyRequest, options?: CallOptions): Promise<VerifyAnswer> {
    const { certificate } = request;
    const members = withBase64(request);
    if (certificate !== undefined && typeof certificate !== 'string') members.certificate = base64(certificate);
    return this.#post('/v1/verify', members, options);
  }

  /** What happens, as it happens. */
  events(options?: EventsOptions): AsyncGenerator<SignetEvent, void, void> {
    return listen(this.#transport, options);
  }

  /** The question that the person at this machine is being asked, or none. Only the person's own programs may ask. */
  async prompts(options?: CallOptions): Promise<OpenPrompt[]> {
    return (await this.#get<{ prompts: OpenPrompt[] }>('/v1/prompts', options)).prompts;
  }

  /** Attends a face: Signet asks there as long as this runs. Questions as they open and close, the open one first. */
  attendPrompts(face: 'console' | 'terminal', options?: EventsOptions): AsyncGenerator<PromptEvent, void, void> {
    const from = path`/v1/prompts/stream${new Query({ face })}`;
    return listen(this.#transport, options, from) as unknown as AsyncGenerator<PromptEvent, void, void>;
  }

  /** Answers the open question; the first answer counts. */
  async answerPrompt(id: string, answer: PromptAnswer, options?: CallOptions): Promise<void> {
    const members =
      answer.kind === 'load'
        ? { ...answer, files: answer.files.map(({ name, data }) => ({ name, data: base64(data) })) }
        : { ...answer };
    await this.#post(path`/v1/prompts/${id}/answer`, members, options);
  }

  /** The file that the open question asks to save. */
  promptContent(id: string, options?: CallOptions): Promise<Buffer> {
    const headers = { accept: 'application/octet-stream, application/problem+json' };
    return this.#transport.bytes({ method: 'GET', path: path`/v1/prompts/${id}/content`, headers, ...signalOf(options) });
  }

  /** Says no to the open question. */
  async cancelPrompt(id: string, options?: CallOptions): Promise<void> {
    await this.#post(path`/v1/prompts/${id}/cancel`, undefined, options);
  }

  /** Issuers' procedures, and the files that could not be used. */
  procedures(query: ProceduresQuery = {}, options?: CallOptions): Promise<ProceduresAnswer> {
    return this.#get(path`/v1/procedures${new Query(query)}`, options);
  }

  /** One procedure in full, in the client's language. */
  procedure(id: string, options?: CallOptions): Promise<Procedure> {
    return this.#get(path`/v1/procedures/${id}`, options);
  }

  /** The procedure that fits a token or the issuer of a certificate best, and others that fit. */
  matchProcedure(query: ProcedureMatchQuery, options?: CallOptions): Promise<ProcedureMatch> {
    return this.#get(path`/v1/procedures/match${new Query(query)}`, options);
  }

  /** Has the daemon's doctor look: what works, what does not, and what to do; `onResult` hears of each check as it ends. */
  diagnostics(options?: DiagnosticsOptions): Promise<DiagnosticReport> {
    return diagnose(this.#transport, options);
  }

  /** The checks there are. */
  async diagnosticChecks(options?: CallOptions): Promise<DiagnosticList['checks']> {
    return (await this.#get<DiagnosticList>('/v1/diagnostics?list=true', options)).checks;
  }

  /** What the daemon runs with and where each setting is from. */
  settings(options?: CallOptions): Promise<Settings> {
    return this.#get('/v1/settings', options);
  }

  /** The newest entries of the audit trail, newest first, and whether the whole trail is sound. */
  audit(query: AuditQuery = {}, options?: CallOptions): Promise<AuditAnswer> {
    return this.#get(path`/v1/audit${new Query(query)}`, options);
  }

  /** The named local clients. */
  async clients(options?: CallOptions): Promise<NamedClient[]> {
    return (await this.#get<{ clients: NamedClient[] }>('/v1/clients', options)).clients;
  }

  /** Makes a named local client; its bearer token is told this once. */
  addClient(request: AddClientRequest, options?: CallOptions): Promise<AddClientAnswer> {
    return this.#post('/v1/clients', { ...request }, options);
  }

  async removeClient(name: string, options?: CallOptions): Promise<void> {
    await this.#transport.json({ method: 'DELETE', path: path`/v1/clients/${name}`, ...signalOf(options) });
  }

  /** The web sites that the person has paired. */
  async origins(options?: CallOptions): Promise<PairedOrigin[]> {
    return (await this.#get<{ origins: PairedOrigin[] }>('/v1/origins', options)).origins;
  }

  /** Takes rights or time away from a paired site; it can be given no more than it has. */
  async narrowOrigin(origin: string, request: NarrowOriginRequest, options?: CallOptions): Promise<PairedOrigin> {
    const call = { method: 'PATCH', path: path`/v1/origins/${origin}`, body: jsonBody({ ...request }) } as const;
    return (await this.#transport.json({ ...call, ...signalOf(options) })) as PairedOrigin;
  }

  /** Ends a pairing, and whatever the site is doing, at once. */
  async revokeOrigin(origin: string, options?: CallOptions): Promise<void> {
    await this.#transport.json({ method: 'DELETE', path: path`/v1/origins/${origin}`, ...signalOf(options) });
  }

  /** Has a site ask again before it sees the certificate with this SHA-256 (hex). */
  async forgetCertificate(origin: string, sha256: string, options?: CallOptions): Promise<void> {
    const address = path`/v1/origins/${origin}/certificates/${sha256}`;
    await this.#transport.json({ method: 'DELETE', path: address, ...signalOf(options) });
  }

  /** Speaks for a web site that asked this program by the way that is named. */
  site(origin: string, via: SiteWay): SiteClient {
    return new SiteClient(this.#transport, origin, via);
  }

  /** Hands on a browser's message to a native messaging host; its answer is in that host's protocol, failures included. */
  nativeMessage(host: 'eu.webeid', message: unknown, options?: CallOptions): Promise<{ message: Record<string, unknown> }> {
    return this.#post('/v1/host', { host, message }, options);
  }

  /** Opens the session that a site's `afirma:` address asks for. */
  launchAfirma(url: string, options?: CallOptions): Promise<AfirmaLaunchAnswer> {
    return this.#post('/v1/bridges/afirma/launch', { url }, options);
  }

  /** A one-time code that opens the console at `url`; it is good for a minute. */
  consoleCode(options?: CallOptions): Promise<ConsoleCode> {
    return this.#post('/v1/console/codes', undefined, options);
  }

  /** What became of a code: `used` once the page has exchanged it. */
  async consoleCodeState(id: string, options?: CallOptions): Promise<ConsoleCodeState> {
    return (await this.#get<{ state: ConsoleCodeState }>(path`/v1/console/codes/${id}`, options)).state;
  }

  /** Makes a support bundle and shows what is in it; for ten minutes `supportBundleFile` fetches exactly that. */
  makeSupportBundle(request: SupportBundleRequest = {}, options?: CallOptions): Promise<SupportBundle> {
    return this.#post('/v1/support-bundles', { ...request }, options);
  }

  /** The archive of a support bundle that was made. */
  supportBundleFile(bundleId: string, options?: CallOptions): Promise<Buffer> {
    const call = { method: 'GET', path: path`/v1/support-bundles/${bundleId}`, headers: { accept: 'application/zip' } } as const;
    return this.#transport.bytes({ ...call, ...signalOf(options) });
  }

  /** Begins a recording: the log tells more until it is ended, ten minutes at most. */
  startRecording(options?: CallOptions): Promise<Recording> {
    return this.#post('/v1/support-bundles/recordings', undefined, options);
  }

  async endRecording(recordingId: string, options?: CallOptions): Promise<Recording> {
    const address = path`/v1/support-bundles/recordings/${recordingId}`;
    return (await this.#transport.json({ method: 'DELETE', path: address, ...signalOf(options) })) as Recording;
  }

  /** Closes the connections that are kept for the next request. */
  close(): void {
    this.#transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #get<T>(address: string, options: CallOptions | undefined): Promise<T> {
    return (await this.#transport.json({ method: 'GET', path: address, ...signalOf(options) })) as T;
  }

  async #post<T>(address: string, members: Record<string, unknown> | undefined, options: CallOptions | undefined): Promise<T> {
    if (members === undefined) return (await this.#transport.json({ method: 'POST', path: address, ...signalOf(options) })) as T;
    const body = jsonBody(members);
    try {
      return (await this.#transport.json({ method: 'POST', path: address, body, ...signalOf(options) })) as T;
    } finally {
      body.fill(0);
      wipeSecrets(members);
    }
  }
}

function signalOf(options: CallOptions | undefined): { signal?: AbortSignal } {
  return options?.signal === undefined ? {} : { signal: options.signal };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Buffers among a body's members are secrets; these are not. */
function withBase64(request: object): Record<string, unknown> {
  const members: Record<string, unknown> = { ...request };
  for (const name of ['data', 'digest', 'signature']) {
    const value = members[name];
    if (value instanceof Uint8Array) members[name] = base64(value);
  }
  return members;
}
