/** A moment (ISO 8601) in the person's own time and manner of writing, without seconds. */
export function localTime(iso: string, language: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'short' }).format(moment);
}

/** The day of a moment, in the person's manner of writing. */
export function localDay(iso: string, language: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium' }).format(moment);
}

/** The time of day of a moment, in the person's own time. */
export function localClock(iso: string, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { timeStyle: 'short' }).format(new Date(iso));
}

function localeOf(language: string): string {
  // "Jan 2, 2026" would be read as American; day first is understood everywhere.
  return language === 'en' ? 'en-GB' : language;
}
