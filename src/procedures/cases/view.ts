import { type Language, translator } from '../../messages/index.ts';
import { render } from '../view.ts';
import { dayOf, daysBetween } from './day.ts';
import { historyText } from './history-text.ts';
import { type Offer, offerOf, remindersDue } from './lasting.ts';
import { missingBefore, stepStates } from './steps.ts';
import type { Case, ListedCase } from './stored.ts';

/** A case in a line: for lists. */
export function caseSummary(one: ListedCase, language: Language, now: Date) {
  const t = translator(language);
  const states = stepStates(one);
  const next = one.procedure.steps.find(({ id }) => states[id] === 'ready');
  const waiting = one.procedure.steps.find(({ id }) => states[id] === 'waiting');
  const waitingSince = one.steps.find(({ id }) => id === waiting?.id)?.waitingSince ?? null;
  const over = one.steps.filter(({ mark }) => mark === 'done' || mark === 'not_needed').length;
  return {
    id: one.id,
    version: one.version,
    purpose: one.purpose,
    purposeText: t(`cases.purpose.${one.purpose}`),
    state: one.state,
    outcome: one.outcome,
    stateText: t(`cases.state.${one.state}`),
    outcomeText: one.outcome === null ? null : t(`cases.outcome.${one.outcome}`),
    title: one.procedure.title[language],
    procedureId: one.procedure.id,
    issuer: one.procedure.match.generic ? t('procedures.any_issuer') : one.procedure.issuer,
    opened: one.opened,
    closedAt: one.closedAt,
    token: one.token,
    certificate: one.certificate,
    steps: { over, total: one.steps.length },
    next: next === undefined ? null : { id: next.id, action: next.action[language] },
    waiting: waiting === undefined ? null : { id: waiting.id, action: waiting.action[language], since: waitingSince ?? '' },
    reminder: remindersDue(one, dayOf(now)).length > 0,
    offersClose: offerText(offerOf(one), language),
  };
}

/** A whole case in one language: the texts of its procedure, where each step stands, what to do about those that wait. */
export function caseView(one: Case, language: Language, now: Date) {
  const t = translator(language);
  const { procedure } = one;
  const told = render(procedure, language, now);
  const today = dayOf(now);
  const states = stepStates(one);
  const imported = one.history.findLast(({ what, detail }) => what === 'imported' && detail.original !== undefined);
  return {
    ...caseSummary(one, language, now),
    language: one.language,
    holder: one.holder,
    references: one.references,
    reminderDays: one.reminderDays,
    importedFrom: imported?.detail.original ?? null,
    summary: told.summary,
    facts: told.facts,
    contacts: told.contacts,
    risks: told.risks,
    cautions: told.cautions,
    noSteps: told.noSteps,
    walk: told.steps.map((step) => {
      const record = one.steps.find(({ id }) => id === step.id);
      const raw = procedure.steps.find(({ id }) => id === step.id);
      const state = states[step.id] ?? 'todo';
      const missing = state === 'todo' && raw !== undefined ? missingBefore(one, raw).map(({ id }) => id) : [];
      return {
        ...step,
        state,
        stateText: t(`cases.step.${state}`),
        missing,
        doneAt: record?.doneAt ?? null,
        waitingSince: record?.waitingSince ?? null,
        waitingDays: state === 'waiting' && record?.waitingSince ? Math.max(0, daysBetween(record.waitingSince, today)) : null,
        note: record?.note ?? '',
        reference: record?.reference ?? '',
      };
    }),
    reminders: remindersDue(one, today).map(({ stepId, since, days }) => {
      const contact = told.steps.find(({ id }) => id === stepId)?.contact ?? null;
      // A page can be visited but not asked.
      const asked = contact !== null && [contact.email, contact.phone, contact.address].some((way) => way !== null);
      const key = asked || !procedure.match.generic ? 'cases.reminder' : 'cases.reminder_issuer';
      const params = { count: days, contact: asked ? contact.name : told.issuer };
      return { stepId, since, days, text: t(key, params), contact };
    }),
    notes: one.notes,
    files: one.files,
    history: one.history.map((entry) => ({ ...entry, text: historyText(one, entry, language, t) })),
  };
}

export type CaseSummary = ReturnType<typeof caseSummary>;
export type CaseView = ReturnType<typeof caseView>;

function offerText(offer: Offer | null, language: Language) {
  return offer === null ? null : { ...offer, text: translator(language)(`cases.offer.${offer.reason}`) };
}
