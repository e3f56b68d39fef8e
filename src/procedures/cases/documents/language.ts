import type { Language } from '../../../messages/index.ts';
import { dayOf } from '../day.ts';

/** Countries whose offices read one of our languages (ISO 3166-1 alpha-2). Those with several official ones are left out. */
const READS: Readonly<Record<Language, readonly string[]>> = {
  fr: ['FR', 'MC'],
  es: ['ES', 'AR', 'BO', 'CL', 'CO', 'CR', 'CU', 'DO', 'EC', 'GT', 'HN', 'MX', 'NI', 'PA', 'PE', 'PY', 'SV', 'UY', 'VE'],
  en: ['GB', 'IE', 'US', 'AU', 'NZ'],
};

/** The language in which an issuer of this country is written to: its own where we know it, otherwise the person's. */
export function issuerLanguage(country: string | null, person: Language): Language {
  const own = (Object.keys(READS) as Language[]).find((language) => country !== null && READS[language].includes(country));
  return own ?? person;
}

/** A date as people write it, as exact as it is: `2018-08-30`, `2018-08`, `2018`. Anything else is shown as it stands. */
export function showDate(date: string, language: Language): string {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  const moment = new Date(`${parts?.[1] ?? ''}-${parts?.[2] ?? '01'}-${parts?.[3] ?? '01'}T00:00:00Z`);
  if (parts === null || Number.isNaN(moment.getTime())) return date;
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    timeZone: 'UTC',
    year: 'numeric',
    ...(parts[2] === undefined ? {} : { month: 'long' }),
    ...(parts[3] === undefined ? {} : { day: 'numeric' }),
  });
  return format.format(moment);
}

/** The day of a moment (ISO 8601) where this machine is, as people write it; the text itself when it is no moment. */
export function showDay(moment: string, language: Language): string {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? moment : showDate(dayOf(date), language);
}
