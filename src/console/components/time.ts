import { computed } from '@preact/signals';
import { language } from '../state/language.ts';

/** Signet's English is British, as the daemon's dates are. */
const locale = computed(() => (language.value === 'en' ? 'en-GB' : language.value));

/** "15 January 2026", of an ISO 8601 time. */
export function dateWords(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'long' }).format(new Date(iso));
}

/** "15 January 2026", of a day (`YYYY-MM-DD`), which is the same day wherever this machine is. */
export function dayWords(day: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** "15 Jan 2026, 09:30". */
export function timeWords(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** "09:30". */
export function clockWords(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: 'short' }).format(new Date(iso));
}

/** "in 3 days", "2 hours ago", counted from `now` in milliseconds since 1970. */
export function agoWords(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1_000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  const [unit, length] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit);
}
