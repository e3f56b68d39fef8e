import type * as Schemas from '../api/schemas/index.ts';
import type { Static } from '../schema/index.ts';

export type Health = Static<typeof Schemas.Health>;
export type Bridge = Static<typeof Schemas.Bridge>;
export type Driver = Static<typeof Schemas.Driver>;
export type Token = Static<typeof Schemas.Token>;
export type PinStatus = Static<typeof Schemas.PinStatus>;
export type Session = Static<typeof Schemas.Session>;
export type LoginAnswer = Static<typeof Schemas.LoginAnswer>;
export type PinAnswer = Static<typeof Schemas.PinAnswer>;
export type ConsentAnswer = Static<typeof Schemas.ConsentAnswer>;
export type Certificate = Static<typeof Schemas.Certificate>;
export type Credential = Static<typeof Schemas.Credential>;
export type AlgorithmName = Static<typeof Schemas.AlgorithmName>;
export type SignAnswer = Static<typeof Schemas.SignAnswer>;
export type SignBatchAnswer = Static<typeof Schemas.SignBatchAnswer>;
export type VerifyAnswer = Static<typeof Schemas.VerifyAnswer>;
export type DiagnosticResult = Static<typeof Schemas.DiagnosticResult>;
export type DiagnosticSummary = Static<typeof Schemas.DiagnosticSummary>;
export type DiagnosticReport = Static<typeof Schemas.DiagnosticReport>;
export type DiagnosticList = Static<typeof Schemas.DiagnosticList>;
export type AuditAnswer = Static<typeof Schemas.AuditAnswer>;
export type AuditQuery = Partial<Static<typeof Schemas.AuditQuery>>;
export type NamedClient = Static<typeof Schemas.Client>;
export type AddClientRequest = Static<typeof Schemas.AddClientRequest>;
export type AddClientAnswer = Static<typeof Schemas.AddClientAnswer>;
export type AfirmaLaunchAnswer = Static<typeof Schemas.AfirmaLaunchAnswer>;
export type ConsoleCode = Static<typeof Schemas.ConsoleCode>;
export type ConsoleCodeState = Static<typeof Schemas.ConsoleCodeState>['state'];
export type ConsoleSession = Static<typeof Schemas.ConsoleSession>;
export type Procedure = Static<typeof Schemas.ProcedureAnswer>;
export type ProcedureShort = Static<typeof Schemas.ProcedureShort>;
export type ProceduresQuery = Static<typeof Schemas.ProceduresQuery>;
export type ProceduresAnswer = Static<typeof Schemas.ProceduresAnswer>;
export type ProcedureMatchQuery = Static<typeof Schemas.ProcedureMatchQuery>;
export type ProcedureMatch = Static<typeof Schemas.ProcedureMatchAnswer>;
export type CaseSummary = Static<typeof Schemas.CaseSummary>;
export type Case = Static<typeof Schemas.Case>;
export type CaseFile = Static<typeof Schemas.CaseFile>;
export type CaseFileAnswer = Static<typeof Schemas.CaseFileAnswer>;
export type CaseImportAnswer = Static<typeof Schemas.CaseImportAnswer>;
export type CaseProposal = Static<typeof Schemas.CaseProposal>;
export type OpenCaseRequest = Static<typeof Schemas.OpenCaseRequest>;
export type ChangeCaseRequest = Static<typeof Schemas.ChangeCaseRequest>;
export type CaseStepRequest = Static<typeof Schemas.CaseStepRequest>;
export type CaseNoteRequest = Static<typeof Schemas.CaseNoteRequest>;
export type CloseCaseRequest = Static<typeof Schemas.CloseCaseRequest>;
export type SupportBundle = Static<typeof Schemas.BundleAnswer>;
export type SupportBundleRequest = Static<typeof Schemas.BundleRequest>;
export type Settings = Static<typeof Schemas.SettingsAnswer>;
export type Recording = Static<typeof Schemas.Recording>;
export type OpenPrompt = Static<typeof Schemas.PromptShown>;
export type PromptWords = Static<typeof Schemas.PromptWords>;
export type PromptQuestion = Static<typeof Schemas.PromptQuestion>;
export type PairedOrigin = Static<typeof Schemas.Origin>;
export type NarrowOriginRequest = Static<typeof Schemas.NarrowOriginRequest>;
export type SiteRight = PairedOrigin['rights'][number];
export type SiteStatus = Static<typeof Schemas.SiteStatus>;
export type SitePairingRequest = Static<typeof Schemas.SitePairingRequest>;
export type SiteCertificateRequest = Static<typeof Schemas.SiteCertificateRequest>;
export type SiteCertificate = Static<typeof Schemas.SiteCertificate>;
export type SiteAuthenticateRequest = Static<typeof Schemas.SiteAuthenticateRequest>;
export type SiteToken = Static<typeof Schemas.SiteAuthenticateAnswer>;
export type SiteSignRequest = Static<typeof Schemas.SiteSignRequest>;
export type SiteSignAnswer = Static<typeof Schemas.SiteSignAnswer>;
export type SiteSignBatchRequest = Static<typeof Schemas.SiteSignBatchRequest>;
export type SiteSignBatchAnswer = Static<typeof Schemas.SiteSignBatchAnswer>;
export type Problem = Static<typeof Schemas.Problem>;

/** Something that happened, from `/v1/events`. `id` is what a later listener resumes after. */
export interface SignetEvent {
  id: string;
  event: string;
  data: unknown;
}

/**
 * A PIN, PUK or SO PIN as UTF-8 bytes, so that it never has to be a string, which cannot be wiped. The client zeroes the
 * buffer when the request is over, whatever came of it.
 */
export type SecretBytes = Buffer;

/** A consent to a try that may block the token, from `finalTryConsent`. */
interface WithConsent {
  finalTryConsent?: string;
}

/** `pin` is left out for a token with a PIN pad. */
export interface LoginRequest extends WithConsent {
  pin?: SecretBytes;
}
export interface ChangePinRequest extends WithConsent {
  currentPin?: SecretBytes;
  newPin?: SecretBytes;
}
export interface UnblockRequest extends WithConsent {
  puk?: SecretBytes;
  newPin?: SecretBytes;
}

/** An answer to a question of one kind; `pin` is left out for a token with a PIN pad. */
export type PromptAnswer =
  | { kind: 'pair'; rights: readonly ('certificates' | 'authenticate' | 'sign')[]; days: number }
  | { kind: 'certificate'; credentialId: string; remember?: boolean }
  | { kind: 'pin'; pin?: SecretBytes }
  | { kind: 'load'; files: readonly PromptFile[] }
  | { kind: 'confirm' | 'save' | 'final_try' | 'blocked' };

/** A file that the person chose; 16 at most, 32 MiB together. */
export interface PromptFile {
  name: string;
  data: Uint8Array;
}

/** What those who attend a face hear. */
export type PromptEvent =
  | { event: 'prompt.opened'; data: OpenPrompt }
  | { event: 'prompt.closed'; data: { id: string; why: 'answered' | 'cancelled' | 'gone' | 'timeout' | 'left' | 'stopped' } };

/** Either the bytes themselves (16 MiB at most) or their hash, made with the hash of the algorithm. */
export type Signed = { data: Uint8Array; digest?: never } | { digest: Uint8Array; data?: never };

/** `pin` only for a key that asks for it at each signature. */
export type SignRequest = Signed & WithConsent & { algorithm: AlgorithmName; encoding?: 'p1363' | 'der'; pin?: SecretBytes };

export interface SignBatchRequest {
  algorithm: AlgorithmName;
  /** 10,000 at most. */
  digests: readonly Uint8Array[];
  encoding?: 'p1363' | 'der';
}

/** The certificate as PEM or DER, or the credential whose certificate it is. */
export type VerifyRequest = Signed & { algorithm: AlgorithmName; signature: Uint8Array; encoding?: 'p1363' | 'der' } & (
    | { certificate: string | Uint8Array; credentialId?: never }
    | { credentialId: string; certificate?: never }
  );

/** Ends a request, or a stream of events, before its time. */
export interface CallOptions {
  signal?: AbortSignal;
}
