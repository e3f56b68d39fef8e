export { Audit, type AuditEntry, type AuditRow } from './audit.ts';
export { type ClientRow, Clients, SCOPES, type Scope } from './clients.ts';
export { Database } from './database.ts';
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
