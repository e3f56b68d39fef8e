import type { AuditEntry } from '../../api/audit.ts';
import type { Tone } from '../../components/index.ts';
import { hasText, t } from '../../state/language.ts';

/** Names of the tokens that are plugged in, by id. */
export type Labels = ReadonlyMap<string, string>;

/** Outcomes after which what was asked for had been done. */
const DONE: readonly string[] = ['ok', 'accepted', 'begun'];
const TONES: Readonly<Record<string, Tone>> = {
  ok: 'good',
  accepted: 'good',
  begun: 'plain',
  rejected: 'warn',
  locked: 'bad',
  already_logged_in: 'plain',
  not_attempted: 'plain',
  indeterminate: 'warn',
};

/** What was asked for, as a sentence; the action's own code where the catalogue does not know it. */
export function sentenceOf(
  { action, outcome, token, detail }: Pick<AuditEntry, 'action' | 'outcome' | 'token' | 'detail'>,
  labels: Labels,
): string {
  const name = action.replaceAll(/[.-]/g, '_');
  const key = [
    ...(outcome === 'begun' ? [`console.audit.begun_${name}`] : []),
    ...(DONE.includes(outcome) ? [] : [`console.audit.tried_${name}`]),
    `console.audit.done_${name}`,
  ].find(hasText);
  if (key === undefined) return action;
  const { count, ...rest } = detail;
  const words = Object.fromEntries(Object.entries(rest).map(([each, value]) => [each, String(value)]));
  const params = { ...words, number: String(count ?? ''), token: tokenName(token, labels) };
  return t(key, params).replaceAll(/\{\{\w+\}\}/g, '…');
}

/** What a person calls the token of an entry. */
export function tokenName(token: string | undefined, labels: Labels): string {
  return (token === undefined ? undefined : labels.get(token)) ?? t('console.audit.some_token');
}

/** Who asked: a program of the person's own, this page, Signet itself, or a named program. */
export function callerWords(caller: string): string {
  if (caller.startsWith('client:')) return t('console.audit.by_client', { name: caller.slice('client:'.length) });
  if (caller.startsWith('site:')) return t('console.audit.by_site', { origin: caller.slice('site:'.length) });
  const key = `console.audit.by_${caller}`;
  return hasText(key) ? t(key) : caller;
}

/** How it ended, in a word or two; the code of an error as it is. */
export function outcomeWords(outcome: string): string {
  const key = `console.audit.outcome_${outcome}`;
  return hasText(key) ? t(key) : outcome;
}

export function toneOf(outcome: string): Tone {
  return TONES[outcome] ?? 'warn';
}
