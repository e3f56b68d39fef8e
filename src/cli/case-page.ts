import type { Case, CaseSummary } from '../client/index.ts';
import type { Translate } from '../messages/index.ts';
import { contactText } from './contact.ts';
import type { Page } from './page.ts';
import type { Shell } from './shell.ts';
import { localDay, localTime } from './time.ts';

const MARKS: Readonly<Record<Case['walk'][number]['state'], string>> = {
  todo: '·',
  ready: '→',
  waiting: '…',
  done: '✓',
  not_needed: '–',
};

/** A size in bytes, in words. */
export function kib(size: number): string {
  return `${Math.ceil(size / 1024)} KiB`;
}

/** A case as cells: number, state, what it is about, how far it is, what is next. */
export function caseRow(one: CaseSummary, t: Translate): string[] {
  const { steps, next, waiting, offersClose } = one;
  const now = offersClose?.text ?? (waiting === null ? next?.action : `${t('cases.step.waiting')}: ${waiting.action}`) ?? '';
  return [one.id, one.outcomeText ?? one.stateText, one.title, `${steps.over}/${steps.total}`, one.state === 'open' ? now : ''];
}

/** Everything about a case, for a terminal. */
export function caseLines(told: Page, one: Case, { t, language }: Pick<Shell, 't' | 'language'>): Page {
  told.title(one.title).blank();
  told.field(t('cases.field.id'), one.id);
  told.field(t('cases.field.state'), one.outcomeText === null ? one.stateText : `${one.stateText}, ${one.outcomeText}`);
  told.field(t('cases.field.opened'), localTime(one.opened.at, language));
  told.field(t('cases.field.token'), [one.token?.label, one.token?.serial].filter((text) => text).join(', '));
  told.field(t('cases.field.certificate'), one.certificate?.subject);
  told.field(t('cases.field.holder'), [one.holder.name, one.holder.organisation].filter((text) => text !== '').join(', '));
  told.field(t('cases.field.references'), one.references.join(', '));
  for (const { label, text, known } of one.facts) if (known) told.field(label, text);
  if (one.offersClose !== null) told.blank().verdict('good', one.offersClose.text);
  for (const { text, contact } of one.reminders) {
    told.blank().verdict('unsure', text);
    told.field(t('cases.field.contact'), contact === null ? null : contactText(contact));
  }
  for (const text of [...one.risks, ...one.cautions]) told.blank().verdict('unsure', text);
  told.blank().title(t('cases.title.steps'));
  if (one.noSteps !== null) told.text(one.noSteps);
  for (const step of one.walk) stepLines(told, step, t, language);
  if (one.files.length > 0) told.blank().title(t('cases.title.files'));
  for (const { id, name, size, stepId } of one.files)
    told.text(`${id}  ${name} (${[kib(size), stepId ?? ''].filter((part) => part !== '').join(', ')})`);
  if (one.notes.length > 0) told.blank().title(t('cases.title.notes'));
  for (const { at, text } of one.notes) told.text(localTime(at, language)).text(text);
  told.blank().title(t('cases.title.history'));
  for (const { at, text } of one.history) told.text(`${localTime(at, language)}  ${text}`);
  return told;
}

function stepLines(told: Page, step: Case['walk'][number], t: Translate, language: string): void {
  const { state } = step;
  const kind = state === 'done' ? 'good' : state === 'waiting' ? 'unsure' : null;
  const line = `${MARKS[state]} ${step.id}: ${step.action} (${step.whoText}, ${step.channelText})`;
  told.blank();
  if (kind === null) told.text(line);
  else told.verdict(kind, line);
  told.field(t('cases.field.state'), step.stateText);
  told.field(t('cases.field.done_on'), step.doneAt === null ? null : localDay(step.doneAt, language));
  told.field(t('cases.field.since'), step.waitingSince === null ? null : localDay(step.waitingSince, language));
  told.field(t('cases.field.reference'), step.reference);
  told.field(t('cases.field.note'), step.note);
  if (state === 'done' || state === 'not_needed') return;
  told.field(t('cases.field.only_if'), step.onlyIf);
  told.field(t('cases.field.warning'), step.notBefore);
  for (const text of step.details) told.text(text);
  for (const { text } of step.needs) told.field(t('cases.field.needs'), text);
  told.field(t('cases.field.contact'), step.contact === null ? null : contactText(step.contact));
  if (step.waitsFor !== null) told.text(step.waitsFor.sentence);
}
