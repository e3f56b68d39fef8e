import type { Language } from '../messages/index.ts';

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** Whether `YYYY`, `YYYY-MM` or `YYYY-MM-DD` names a year, month or day that there is. */
export function isRealDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || Number(year) < 1900) return false;
  const date = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Such a date as people write it in a language, as exact as it was given: "August 2018". */
export function dateInWords(text: string, language: Language): string {
  const exact = { 4: {}, 7: { month: 'long' }, 10: { month: 'long', day: 'numeric' } }[text.length] ?? {};
  // "August 28, 2018" would be read as American; day first is understood everywhere.
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { year: 'numeric', ...exact, timeZone: 'UTC' } as Intl.DateTimeFormatOptions).format(
    new Date(`${text}${'-01-01'.slice(text.length - 4)}T00:00:00Z`),
  );
}

/** Whole months from such a date to a moment; what is not given of the date counts as its beginning. */
export function monthsSince(text: string, now: Date): number {
  const [, year = '0', month = '01', day = '01'] = DATE.exec(text) ?? [];
  const months = (now.getUTCFullYear() - Number(year)) * 12 + now.getUTCMonth() + 1 - Number(month);
  return now.getUTCDate() < Number(day) ? months - 1 : months;
}
