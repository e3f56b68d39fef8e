import { type Language, translator } from '../messages/index.ts';
import { dateInWords, monthsSince } from './date.ts';
import type { Source } from './procedure.ts';

/** What was stated longer ago than this is shown with its date. */
export const OLD_AFTER_MONTHS = 24;

/** How old a procedure's facts are, in words. Both null when a source is recent. */
export interface Age {
  /** For the whole: how old it is, or that nobody knows. */
  sentence: string | null;
  /** For behind a single fact. */
  suffix: string | null;
}

/** The age of what these sources state, by the newest date that any of them carries. */
export function ageOf(sources: readonly Source[], language: Language, now: Date): Age {
  if (sources.length === 0) return { sentence: null, suffix: null };
  const t = translator(language);
  const newest = sources
    .flatMap(({ published, updated }) => [published, updated])
    .filter((date) => date !== null)
    .sort()
    .at(-1);
  if (newest === undefined) return { sentence: t('procedures.age.unknown'), suffix: null };
  if (!isOld(newest, now)) return { sentence: null, suffix: null };
  // A day would pretend to be more exact than such an age can be.
  const date = dateInWords(newest.slice(0, 7), language);
  return { sentence: t('procedures.age.sentence', { date }), suffix: t('procedures.age.suffix', { date }) };
}

/** Whether a statement of that date (`YYYY`, `YYYY-MM`, `YYYY-MM-DD`) is old. */
export function isOld(date: string, now: Date): boolean {
  return monthsSince(date, now) > OLD_AFTER_MONTHS;
}

/** A fact with its age behind it. */
export function withAge(text: string, suffix: string | null): string {
  return suffix === null ? text : `${text} ${suffix}`;
}
