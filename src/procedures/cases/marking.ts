import { SignetError } from '../../errors/index.ts';
import type { Language } from '../../messages/index.ts';
import type { Step } from '../procedure.ts';
import { dayOf, isDay } from './day.ts';
import type { CaseStepRecord, Happening } from './record.ts';
import { missingBefore, resting } from './steps.ts';
import type { Case } from './stored.ts';

/** What somebody records of a step. `open` undoes what was recorded last; left out, only note and reference change. */
export interface StepChange {
  state?: 'waiting' | 'done' | 'not_needed' | 'open';
  /** The day it happened, `YYYY-MM-DD`; today when left out. */
  date?: string;
  note?: string;
  reference?: string;
}

/** What a change of a step is called in the history. */
const CALLED: Readonly<Record<NonNullable<StepChange['state']>, Happening>> = {
  waiting: 'step_waiting',
  done: 'step_done',
  not_needed: 'step_not_needed',
  open: 'step_undone',
};

/**
 * Records a change in a step of the case, which is changed in place; returns what the history says of it. Throws
 * `case_step_not_found`, `case_step_too_early` (with the reason and the steps that are missing), `case_step_needed` (an undo that
 * others rest on), `case_step_state` and `case_date`; nothing is changed then.
 */
export function markStep(
  one: Case,
  stepId: string,
  change: StepChange,
  now: Date,
  language: Language,
): { what: Happening; detail: Record<string, string> } {
  const step = one.procedure.steps.find(({ id }) => id === stepId);
  const record = one.steps.find(({ id }) => id === stepId);
  if (step === undefined || record === undefined) throw new SignetError('case_step_not_found');
  const day = change.date ?? dayOf(now);
  const next = change.state === undefined ? {} : moved(one, step, record, change, day, now, language);
  const told = { ...(change.note === undefined ? {} : { note: change.note }), ...referenceOf(change) };
  Object.assign(record, next, told);
  const dated = change.state === 'waiting' || change.state === 'done' ? { date: day } : {};
  const what = change.state === undefined ? 'changed' : CALLED[change.state];
  return { what, detail: { ...(what === 'changed' ? { fields: 'step' } : {}), step: step.id, ...dated, ...told } };
}

function referenceOf({ reference }: StepChange): { reference?: string } {
  return reference === undefined ? {} : { reference };
}

function moved(
  one: Case,
  step: Step,
  record: CaseStepRecord,
  change: StepChange,
  day: string,
  now: Date,
  language: Language,
): Partial<CaseStepRecord> {
  // The sentences of the refusals have their own full stop.
  const name = step.action[language].replace(/[.\s]+$/, '');
  const refuse = (variant: string): never => {
    throw new SignetError('case_step_state', { variant, params: { name } });
  };
  switch (change.state) {
    case 'open': {
      if (record.mark === 'open') return refuse('nothing_to_undo');
      const begun = resting(one, step.id);
      if (begun.length > 0) throw blockedBy('case_step_needed', one, name, begun, language);
      return record.mark === 'done' && record.waitingSince !== null
        ? { mark: 'waiting', doneAt: null }
        : { mark: 'open', doneAt: null, waitingSince: null };
    }
    case 'not_needed': {
      if (record.mark === 'done' || record.mark === 'not_needed') return refuse('over');
      if (step.onlyIf === null) return refuse('required');
      if ((change.note ?? '').trim() === '') return refuse('no_reason');
      return { mark: 'not_needed', doneAt: null, waitingSince: null };
    }
    case 'waiting': {
      if (record.mark === 'done' || record.mark === 'not_needed') return refuse('over');
      if (step.waitsFor === null) return refuse('nothing_awaited');
      requireTurn(one, step, language);
      requireDay(one, day, now, null);
      return { mark: 'waiting', waitingSince: day };
    }
    default: {
      if (record.mark === 'done' || record.mark === 'not_needed') return refuse('over');
      requireTurn(one, step, language);
      if (step.waitsFor !== null && record.mark !== 'waiting') return refuse('answer_first');
      requireDay(one, day, now, record.waitingSince);
      return { mark: 'done', doneAt: day };
    }
  }
}

function requireTurn(one: Case, step: Step, language: Language): void {
  const missing = missingBefore(one, step);
  if (missing.length === 0) return;
  throw blockedBy('case_step_too_early', one, step.action[language], missing, language, step.notBefore?.[language]);
}

function blockedBy(
  code: 'case_step_too_early' | 'case_step_needed',
  one: Case,
  name: string,
  steps: readonly Step[],
  language: Language,
  reason = '',
): SignetError {
  const named = steps.map(({ id, action }) => ({ id, action: action[language] }));
  // Of a step whose own part is done, what is missing is the answer.
  const waiting = new Set(one.steps.filter(({ mark }) => mark === 'waiting').map(({ id }) => id));
  const awaited = code === 'case_step_too_early' ? waiting : new Set<string>();
  const texts = steps.map(
    ({ id, action, waitsFor }) => (awaited.has(id) && waitsFor !== null ? waitsFor.text : action)[language],
  );
  const list = texts.map((text) => text.replace(/[.\s]+$/, '')).join('; ');
  return new SignetError(code, {
    params: { name: name.replace(/[.\s]+$/, ''), list, reason },
    extra: { steps: named, ...(reason === '' ? {} : { notBefore: reason }) },
  });
}

/** A day neither to come nor before the case was opened, nor before the waiting began. */
function requireDay(one: Case, day: string, now: Date, waitingSince: string | null): void {
  const variant = !isDay(day)
    ? 'no_day'
    : day > dayOf(now)
      ? 'future'
      : day < dayOf(new Date(one.opened.at))
        ? 'before_opening'
        : waitingSince !== null && day < waitingSince
          ? 'before_waiting'
          : null;
  if (variant !== null) throw new SignetError('case_date', { variant });
}
