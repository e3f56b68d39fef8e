import type { AuditEntry } from '../../api/audit.ts';
import { dateWords } from '../../components/index.ts';
import { wordsOf } from '../../search.ts';
import { callerWords, type Labels, outcomeWords, sentenceOf } from './sentence.ts';

export interface Wanted {
  text: string;
  /** Empty: any. */
  action: string;
  outcome: string;
}

/** The entries that are asked for: each word of the text begins a word of what is shown of them, or one of their codes. */
export function wantedOf(entries: readonly AuditEntry[], { text, action, outcome }: Wanted, labels: Labels): AuditEntry[] {
  const asked = wordsOf(text);
  return entries.filter((entry) => {
    if (action !== '' && entry.action !== action) return false;
    if (outcome !== '' && entry.outcome !== outcome) return false;
    if (asked.length === 0) return true;
    const words = [...wordsOf(shownOf(entry, labels)), ...codesOf(entry)];
    return asked.every((each) => words.some((word) => word.startsWith(each)));
  });
}

/** The values of a member that occur, in alphabetical order of what they are called. */
export function choicesOf(
  entries: readonly AuditEntry[],
  member: 'action' | 'outcome',
  words: (value: string) => string,
): (readonly [string, string])[] {
  return [...new Set(entries.map((entry) => entry[member]))]
    .map((value) => [value, words(value)] as const)
    .sort(([, a], [, b]) => a.localeCompare(b));
}

function shownOf(entry: AuditEntry, labels: Labels): string {
  const { at, caller, outcome } = entry;
  return [sentenceOf(entry, labels), callerWords(caller), outcomeWords(outcome), dateWords(at)].join(' ');
}

/** Codes are found from their beginning only: parts of an id would fit any number. */
function codesOf({ caller, action, outcome, token = '', credential = '', detail }: AuditEntry): string[] {
  return [caller, action, outcome, token, credential, ...Object.values(detail)].map((code) => String(code).toLowerCase());
}
