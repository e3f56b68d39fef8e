import type { Language } from '../messages/index.ts';
import { translator } from '../messages/index.ts';

/** One thing that is wrong with a procedure file. `line` counts from 1; null when it is about the file or folder as a whole. */
export interface Refusal {
  file: string;
  line: number | null;
  /** Which member, with dots: `steps.2.contact`; empty for the whole. */
  member: string;
  /** Stable word; its text is in the catalogues under `procedures.refusal`. */
  code: string;
  params: Readonly<Record<string, string | number>>;
}

/** Why the file was refused, as a sentence in a language. */
export function reasonOf({ member, code, params }: Refusal, language: Language): string {
  const reason = translator(language)(`procedures.refusal.${code}`, params);
  return member === '' ? reason : `${member}: ${reason}`;
}
