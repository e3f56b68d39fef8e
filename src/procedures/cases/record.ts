import type { Language } from '../../messages/index.ts';
import type { Procedure, Purpose } from '../procedure.ts';

/** Version of what a case is made of, as it stands in an export. A file with a greater number is of a newer Signet. */
export const CASE_FORMAT = 1;

export const CASE_OUTCOMES = ['solved', 'given_up', 'replaced'] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** What made the case: somebody's own wish, or something that Signet saw or was told. */
export const OPENINGS = ['manual', 'blocked', 'expiring', 'expired', 'lost'] as const;
export type Opening = (typeof OPENINGS)[number];

/** What somebody recorded of a step. Whether an `open` one may be begun follows from the others: see `StepState`. */
export const STEP_MARKS = ['open', 'waiting', 'done', 'not_needed'] as const;
export type StepMark = (typeof STEP_MARKS)[number];

/** `todo`: others come first; `ready`: may be done now; `waiting`: our part is done, an answer has to come. */
export const STEP_STATES = ['todo', 'ready', 'waiting', 'done', 'not_needed'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** The token a case is about, as it was when the case was opened. */
export interface CaseToken {
  id: string;
  label: string;
  serial: string;
  manufacturer: string;
  model: string;
}

/** The certificate a case is about. Names are RFC 4514, the serial number hex, the end ISO 8601. */
export interface CaseCertificate {
  subject: string;
  issuer: string;
  serialNumber: string;
  notAfter: string;
}

/** Whose token it is, for letters; empty text where nobody has said. */
export interface Holder {
  name: string;
  organisation: string;
  /** Lines as they go on an envelope. */
  address: string[];
  email: string;
  phone: string;
}

export interface CaseStepRecord {
  /** Of a step of the procedure. */
  id: string;
  mark: StepMark;
  /** Days, `YYYY-MM-DD`. */
  doneAt: string | null;
  waitingSince: string | null;
  note: string;
  /** Such as a tracking number or the issuer's ticket. */
  reference: string;
}

export interface CaseNote {
  id: number;
  at: string;
  /** Id of the caller. */
  who: string;
  /** Plain text; whatever looks like markup is text. */
  text: string;
}

/** A file without its bytes. */
export interface CaseFileFacts {
  id: string;
  /** Made safe to show and to save under; never used as a path. */
  name: string;
  /** Found in the bytes, not told by whoever sent them. */
  type: string;
  /** The step it belongs to; null for the case as a whole. */
  stepId: string | null;
  size: number;
  /** Hex. */
  sha256: string;
  addedAt: string;
  who: string;
}

export interface CaseFile extends CaseFileFacts {
  bytes: Uint8Array;
}

/** What can happen to a case. */
export const HAPPENINGS = [
  'opened',
  'changed',
  'step_done',
  'step_waiting',
  'step_undone',
  'step_not_needed',
  'note_added',
  'file_added',
  'file_removed',
  'observed',
  'reminded',
  'closed',
  'reopened',
  'imported',
] as const;
export type Happening = (typeof HAPPENINGS)[number];

/** One line of a case's history; never edited. */
export interface CaseHistoryEntry {
  /** From 1, without gaps. */
  seq: number;
  at: string;
  /** Id of the caller, or `signet` for what it saw itself. */
  who: string;
  what: Happening;
  /** Step, file name, outcome, changed fields and the like. */
  detail: Record<string, string>;
}

/** Everything there is about a case. */
export interface CaseRecord {
  id: string;
  /** Grows by one with each write. */
  version: number;
  purpose: Purpose;
  state: 'open' | 'closed';
  outcome: CaseOutcome | null;
  language: Language;
  opened: { at: string; how: Opening };
  closedAt: string | null;
  token: CaseToken | null;
  certificate: CaseCertificate | null;
  holder: Holder;
  /** Numbers that letters should carry, such as an order number. */
  references: string[];
  /** Days after which a step that waits is reminded of; 0 for never. */
  reminderDays: number;
  /** The procedure as it was when the case was opened. */
  procedure: Procedure;
  /** One for each step of the procedure, in its order. */
  steps: CaseStepRecord[];
  notes: CaseNote[];
  files: CaseFile[];
  history: CaseHistoryEntry[];
}

/** What documents are made of: the whole case, with its procedure as it was at the opening and where each step stands. */
export interface CaseDocumentInput extends CaseRecord {
  states: Readonly<Record<string, StepState>>;
  /** ISO 8601; documents are dated by it. */
  now: string;
}
