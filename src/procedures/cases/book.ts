import type { Language } from '../../messages/index.ts';
import type { Procedures } from '../procedures.ts';
import type { CaseCertificate, CaseToken } from './record.ts';

/** What cases ask of the collection of procedures. */
export type ProcedureBook = Pick<Procedures, 'get' | 'match' | 'renewalOpens'>;

/** A certificate with a private key, as it was seen on a token. */
export interface SeenCertificate extends CaseCertificate {
  commonName: string | null;
  /** ISO 8601. */
  notBefore: string;
}

/** A token that is plugged in now. */
export interface SeenToken extends CaseToken {
  /** State of its user PIN, as in PinStatus. */
  pinState: string;
  /** Null when its content could not be listed. */
  certificates: readonly SeenCertificate[] | null;
}

/** Who does something, and in which language refusals are told. */
export interface Actor {
  id: string;
  language: Language;
}

/** Days before the end of a certificate at which renewing is proposed when no procedure tells. */
export const USUAL_WINDOW = 30;
