import type { CaseRow, CaseStore } from '../../store/index.ts';
import type { Procedure } from '../procedure.ts';
import type { CaseFileFacts, CaseHistoryEntry, CaseRecord } from './record.ts';

/** A case as it is worked with: everything but the bytes of its files. */
export type Case = Omit<CaseRecord, 'files'> & { files: CaseFileFacts[] };

/** A case as lists and watches need it: without what may be long. */
export type ListedCase = Omit<Case, 'notes' | 'files'>;

/** Procedures of cases, as they were read before: hundreds of cases share a few of them, and none is ever changed. */
const read = new Map<string, Procedure>();
const MOST_READ = 50;

/** Members that are kept together as JSON. */
const HEAD = [
  'purpose',
  'outcome',
  'language',
  'opened',
  'closedAt',
  'token',
  'certificate',
  'holder',
  'references',
  'reminderDays',
  'steps',
] as const satisfies readonly (keyof Case)[];

/** The row of a case. */
export function rowOf(one: Case): CaseRow {
  const head = Object.fromEntries(HEAD.map((name) => [name, one[name]]));
  return {
    id: one.id,
    version: one.version,
    state: one.state,
    head: JSON.stringify(head),
    procedure: JSON.stringify(one.procedure),
    openedAt: one.opened.at,
  };
}

/** A case as the store has it. */
export function caseOf(store: CaseStore, row: CaseRow): Case {
  return { ...listedCase(store, row), notes: store.notes(row.id), files: store.files(row.id) };
}

/** A case as the store has it, for a list. */
export function listedCase(store: CaseStore, row: CaseRow): ListedCase {
  const head = JSON.parse(row.head) as Pick<Case, (typeof HEAD)[number]>;
  return {
    ...head,
    id: row.id,
    version: row.version,
    state: row.state === 'open' ? 'open' : 'closed',
    procedure: procedureOf(row.procedure),
    history: store.history(row.id) as CaseHistoryEntry[],
  };
}

function procedureOf(text: string): Procedure {
  const known = read.get(text);
  if (known !== undefined) return known;
  const procedure = JSON.parse(text) as Procedure;
  if (read.size >= MOST_READ) read.clear();
  read.set(text, procedure);
  return procedure;
}
