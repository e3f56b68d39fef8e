import { daysBetween } from './day.ts';
import type { ListedCase } from './stored.ts';

/** A step that has waited for longer than the case lets it without a word. */
export interface Due {
  stepId: string;
  since: string;
  days: number;
  /** How often the time for a reminder has come since the waiting began. */
  period: number;
}

/** The reminders that are due on a day, in the order of the steps. */
export function remindersDue(one: ListedCase, today: string): Due[] {
  if (one.state === 'closed' || one.reminderDays === 0) return [];
  return one.steps.flatMap(({ id, mark, waitingSince }) => {
    if (mark !== 'waiting' || waitingSince === null) return [];
    const days = daysBetween(waitingSince, today);
    const period = Math.floor(days / one.reminderDays);
    return period < 1 ? [] : [{ stepId: id, since: waitingSince, days, period }];
  });
}

/** Whether the history says that this reminder was given. */
export function wasReminded({ history }: ListedCase, { stepId, since, period }: Due): boolean {
  return history.some(
    ({ what, detail }) =>
      what === 'reminded' && detail.step === stepId && detail.since === since && Number(detail.period) >= period,
  );
}

/** Why a case may be over. */
export interface Offer {
  reason: 'unblocked' | 'new_certificate' | 'steps_done';
  at: string;
}

/** What speaks for closing a case: what was seen since it was last opened, or that no step is left. */
export function offerOf(one: ListedCase): Offer | null {
  if (one.state === 'closed') return null;
  const from = one.history.findLastIndex(({ what }) => what === 'reopened');
  const seen = one.history.slice(from + 1).findLast(({ what }) => what === 'observed');
  if (seen !== undefined && (seen.detail.seen === 'unblocked' || seen.detail.seen === 'new_certificate'))
    return { reason: seen.detail.seen, at: seen.at };
  const over = one.steps.length > 0 && one.steps.every(({ mark }) => mark === 'done' || mark === 'not_needed');
  const last = one.history.findLast(({ what }) => what.startsWith('step_'));
  return over && last !== undefined ? { reason: 'steps_done', at: last.at } : null;
}
