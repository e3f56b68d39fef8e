import type { Language, Translate } from '../../messages/index.ts';
import { dateInWords } from '../date.ts';
import { isDay } from './day.ts';
import { CASE_OUTCOMES, type CaseHistoryEntry, OPENINGS } from './record.ts';
import type { Case } from './stored.ts';

/** One line of a case's history as a sentence, in the language of `t`. */
export function historyText(one: Case, { what, detail }: CaseHistoryEntry, language: Language, t: Translate): string {
  const step = one.procedure.steps.find(({ id }) => id === detail.step)?.action[language].replace(/[.\s]+$/, '') ?? detail.step;
  const params = {
    ...detail,
    name: detail.name ?? '',
    step: step ?? '',
    date: dayText(detail.date, language),
    count: Number(detail.days ?? 0),
  };
  switch (what) {
    case 'opened':
      return t(`cases.opened.${known(OPENINGS, detail.how)}`);
    case 'closed':
      return t('cases.history.closed', { outcome: t(`cases.outcome.${known(CASE_OUTCOMES, detail.outcome)}`) });
    case 'observed':
      return t(`cases.seen.${known(['unblocked', 'locked', 'new_certificate'], detail.seen)}`);
    case 'changed':
      return detail.step === undefined
        ? t('cases.history.changed', { fields: fieldsOf(detail.fields, t) })
        : t('cases.history.step_changed', params);
    case 'imported':
      return detail.original === undefined
        ? t('cases.history.imported')
        : t('cases.history.imported_copy', { original: detail.original });
    default:
      return t(`cases.history.${what}`, params);
  }
}

/** A day in words; what an imported history has in its place is shown as it stands. */
function dayText(day = '', language: Language): string {
  return isDay(day) ? dateInWords(day, language) : day;
}

const FIELDS = ['holder', 'language', 'references', 'reminderDays'] as const;

function fieldsOf(fields: string | undefined, t: Translate): string {
  const named = FIELDS.filter((field) => fields?.split(' ').includes(field));
  return named.map((field) => t(`cases.changed.${field}`)).join(', ');
}

function known(words: readonly string[], word: string | undefined): string {
  return words.find((each) => each === word) ?? words[0] ?? '';
}
