export { Audit, type AuditEntry, type AuditRow } from './audit.ts';
export { type CaseFileRow, type CaseHistoryRow, type CaseNoteRow, type CaseRow, CaseStore } from './cases.ts';
export { type ClientRow, Clients, SCOPES, type Scope } from './clients.ts';
export { Database, type SqlValue } from './database.ts';
export { ExpiryNotices } from './expiry.ts';
export { StoreFailure, type StoreFailureCode } from './failure.ts';
export {
  type Account,
  type AttemptEnd,
  type AttemptOutcome,
  type AttemptStart,
  Ledger,
  type LedgerCount,
  type Observation,
  type PinKind,
} from './ledger.ts';
export { type OriginCertificateRow, type OriginRow, OriginStore, SITE_RIGHTS, type SiteRight } from './origins.ts';
