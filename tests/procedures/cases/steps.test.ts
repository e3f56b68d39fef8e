import { describe, expect, it } from 'vitest';
import { SignetError } from '../../../src/errors/index.ts';
import { errorTexts } from '../../../src/messages/index.ts';
import { type Case, caseView, type Procedure } from '../../../src/procedures/index.ts';
import { ANN, BOB, book, refusal, type World, world } from './world.ts';

const CERTIGNA = { procedureId: 'certigna.unblock' } as const;

async function opened(made: World, procedureId = 'certigna.unblock'): Promise<Case> {
  return made.cases.open({ procedureId }, ANN);
}

/** A procedure whose last step can be set aside. */
function withChoice(): Procedure {
  const certigna = book.get('certigna.unblock');
  const [request, post] = certigna?.steps ?? [];
  if (certigna === undefined || request === undefined || post === undefined) throw new Error('no certigna.unblock');
  const onlyIf = { en: 'If it is lost', fr: 'En cas de perte', es: 'Si se ha perdido' };
  const police = { ...post, id: 'police', after: ['request'], onlyIf, notBefore: null };
  return { ...certigna, steps: [request, police, { ...post, id: 'post', after: ['police'] }] };
}
const chosen = { ...bookWith(withChoice()) };
function bookWith(procedure: Procedure) {
  return { get: () => procedure, match: () => procedure, renewalOpens: () => null };
}

describe('a step', () => {
  it('before its turn is refused with the reason of the procedure and the steps that are missing', async () => {
    const { cases } = world();
    const { id } = await cases.open(CERTIGNA, ANN);
    let told: SignetError | undefined;
    try {
      cases.step(id, 'post', 1, { state: 'done' }, BOB);
    } catch (error) {
      if (error instanceof SignetError) told = error;
    }
    expect(told?.code).toBe('case_step_too_early');
    const step = book.get('certigna.unblock')?.steps.find((each) => each.id === 'post');
    expect(told?.facts.extra).toMatchObject({ steps: [{ id: 'request' }], notBefore: step?.notBefore?.fr });
    for (const language of ['en', 'fr', 'es']) {
      const { detail } = errorTexts('case_step_too_early', told?.facts, language);
      expect(detail).toContain(step?.notBefore?.fr);
      expect(detail).not.toContain('{{');
    }
    expect(cases.get(id).version).toBe(1);
  });

  it('is still too early while the answer has not come, and what is missing is the answer', async () => {
    const { cases } = world();
    const { id } = await cases.open(CERTIGNA, ANN);
    cases.step(id, 'request', 1, { state: 'waiting' }, ANN);
    expect(refusal(() => cases.step(id, 'post', 2, { state: 'done' }, ANN))).toBe('case_step_too_early');
    try {
      cases.step(id, 'post', 2, { state: 'done' }, ANN);
    } catch (error) {
      expect(errorTexts('case_step_too_early', (error as SignetError).facts, 'en').detail).toContain('validates it');
    }
    const done = cases.step(id, 'request', 2, { state: 'done', reference: 'T-4711' }, ANN);
    expect(done.steps[0]).toMatchObject({ mark: 'done', waitingSince: '2026-01-15', doneAt: '2026-01-15', reference: 'T-4711' });
    expect(cases.step(id, 'post', 3, { state: 'done', note: 'tracked' }, ANN).steps[1]?.mark).toBe('done');
  });

  it('that waits for an answer is not done before it waits', async () => {
    const made = world();
    const { id } = await opened(made);
    const step = (seen: number, change: Parameters<typeof made.cases.step>[3]) => () =>
      made.cases.step(id, 'request', seen, change, ANN);
    expect(refusal(step(1, { state: 'done' }))).toBe('case_step_state/answer_first');
    expect(refusal(step(1, { state: 'open' }))).toBe('case_step_state/nothing_to_undo');
    expect(refusal(step(1, { state: 'not_needed', note: 'x' }))).toBe('case_step_state/required');
    expect(refusal(step(1, { state: 'waiting' }))).toBe('ok');
    expect(refusal(step(2, { state: 'done' }))).toBe('ok');
    expect(refusal(step(3, { state: 'done' }))).toBe('case_step_state/over');
    expect(refusal(step(3, { state: 'waiting' }))).toBe('case_step_state/over');
    expect(refusal(() => made.cases.step(id, 'post', 3, { state: 'waiting' }, ANN))).toBe('case_step_state/nothing_awaited');
    expect(refusal(() => made.cases.step(id, 'nonesuch', 3, { state: 'done' }, ANN))).toBe('case_step_not_found');
    expect(refusal(() => made.cases.step(id, '__proto__', 3, { state: 'done' }, ANN))).toBe('case_step_not_found');
  });

  it('is undone one stage at a time, recorded, and never under a step that rests on it', async () => {
    const made = world();
    const { cases } = made;
    const { id } = await opened(made);
    cases.step(id, 'request', 1, { state: 'waiting' }, ANN);
    cases.step(id, 'request', 2, { state: 'done' }, ANN);
    cases.step(id, 'post', 3, { state: 'done' }, ANN);
    expect(refusal(() => cases.step(id, 'request', 4, { state: 'open' }, ANN))).toBe('case_step_needed');
    cases.step(id, 'post', 4, { state: 'open' }, ANN);
    expect(cases.step(id, 'request', 5, { state: 'open' }, ANN).steps[0]?.mark).toBe('waiting');
    const undone = cases.step(id, 'request', 6, { state: 'open' }, BOB);
    expect(undone.steps[0]).toMatchObject({ mark: 'open', waitingSince: null, doneAt: null });
    expect(undone.history.map(({ what }) => what)).toEqual([
      'opened',
      'step_waiting',
      'step_done',
      'step_done',
      'step_undone',
      'step_undone',
      'step_undone',
    ]);
    expect(undone.history.at(-1)).toMatchObject({ who: 'client:bob', detail: { step: 'request' } });
    const view = caseView(undone, 'en', new Date('2026-01-15T10:00:00Z'));
    expect(view.walk.map(({ state }) => state)).toEqual(['ready', 'todo']);
  });

  it('is set aside only where the procedure allows, with a reason, and those behind it may go on', async () => {
    const { cases } = world(':memory:', chosen);
    const { id } = await cases.open(CERTIGNA, ANN);
    cases.step(id, 'request', 1, { state: 'waiting' }, ANN);
    cases.step(id, 'request', 2, { state: 'done' }, ANN);
    expect(refusal(() => cases.step(id, 'police', 3, { state: 'not_needed' }, ANN))).toBe('case_step_state/no_reason');
    expect(refusal(() => cases.step(id, 'police', 3, { state: 'not_needed', note: '  ' }, ANN))).toBe(
      'case_step_state/no_reason',
    );
    cases.step(id, 'police', 3, { state: 'not_needed', note: 'it lay under the desk' }, ANN);
    cases.step(id, 'post', 4, { state: 'done' }, ANN);
    // The last step rests on the first one through one that was set aside.
    expect(refusal(() => cases.step(id, 'request', 5, { state: 'open' }, ANN))).toBe('case_step_needed');
    expect(refusal(() => cases.step(id, 'police', 5, { state: 'open' }, ANN))).toBe('case_step_needed');
    const view = caseView(cases.get(id), 'es', new Date('2026-01-15T10:00:00Z'));
    expect(view.offersClose).toMatchObject({ reason: 'steps_done' });
  });

  it.each([
    ['2026-01-16', 'case_date/future'],
    ['2026-01-14', 'case_date/before_opening'],
    ['2026-02-30', 'case_date/no_day'],
    ['yesterday', 'case_date/no_day'],
    ['', 'case_date/no_day'],
    ['2026-01-15', 'ok'],
  ])('is dated %s: %s', async (date, code) => {
    const made = world();
    const { id } = await opened(made);
    expect(refusal(() => made.cases.step(id, 'request', 1, { state: 'waiting', date }, ANN))).toBe(code);
  });

  it('is not done before its waiting began', async () => {
    const made = world();
    const { id } = await opened(made);
    made.at('2026-01-20T10:00:00Z');
    made.cases.step(id, 'request', 1, { state: 'waiting', date: '2026-01-18' }, ANN);
    const done = (date: string) => refusal(() => made.cases.step(id, 'request', 2, { state: 'done', date }, ANN));
    expect(done('2026-01-17')).toBe('case_date/before_waiting');
    expect(done('2026-01-19')).toBe('ok');
  });
});

describe('a case', () => {
  it('keeps the procedure as it was when it was opened', async () => {
    const first = structuredClone(book.get('certigna.unblock'));
    if (first === undefined) throw new Error('no procedure');
    const changing = bookWith(first);
    const { cases } = world(':memory:', changing);
    const { id } = await cases.open(CERTIGNA, ANN);
    first.steps.length = 0;
    expect(cases.get(id).procedure.steps.map((step) => step.id)).toEqual(['request', 'post']);
  });

  it('refuses what was written against another version, keeps nothing of it and tells the present one', async () => {
    const made = world();
    const { cases } = made;
    const { id } = await opened(made);
    cases.note(id, 1, 'first', ANN);
    for (const write of [
      () => cases.note(id, 1, 'second', BOB),
      () => cases.step(id, 'request', 1, { state: 'waiting' }, BOB),
      () => cases.change(id, 1, { reminderDays: 3 }, BOB),
      () => cases.close(id, 1, 'solved', BOB),
      () => cases.reopen(id, 3, BOB),
      () => cases.remove(id, 1, BOB),
    ]) {
      expect(refusal(write)).toBe('case_changed');
    }
    const { version, notes, history } = cases.get(id);
    expect({ version, notes: notes.map(({ text }) => text), lines: history.length }).toEqual({
      version: 2,
      notes: ['first'],
      lines: 2,
    });
  });

  it('takes nothing once it is closed, and goes on when it is reopened', async () => {
    const made = world();
    const { cases } = made;
    const { id } = await opened(made);
    expect(cases.close(id, 1, 'given_up', ANN)).toMatchObject({ state: 'closed', outcome: 'given_up', version: 2 });
    expect(refusal(() => cases.note(id, 2, 'x', ANN))).toBe('case_closed');
    expect(refusal(() => cases.step(id, 'request', 2, { state: 'waiting' }, ANN))).toBe('case_closed');
    expect(refusal(() => cases.close(id, 2, 'solved', ANN))).toBe('case_closed');
    expect(cases.list('open')).toEqual([]);
    expect(cases.reopen(id, 2, ANN)).toMatchObject({ state: 'open', outcome: null, closedAt: null });
    expect(refusal(() => cases.reopen(id, 3, ANN))).toBe('case_not_closed');
  });

  it('is found however its number is written', async () => {
    const made = world();
    const { id } = await opened(made);
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{4}$/);
    const spoken = id.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(made.cases.get(spoken).id).toBe(id);
    for (const wrong of ['', 'x', `${id}0`, '../../etc', 'UUU-UUUU'])
      expect(refusal(() => made.cases.get(wrong))).toBe('case_not_found');
  });

  it('tells listeners and the audit trail of each write, and neither what was written', async () => {
    const made = world();
    const { cases, audit, updates } = made;
    const { id } = await cases.open({ ...CERTIGNA, holder: { name: 'Canary Person' } }, ANN);
    cases.note(id, 1, 'canary note', ANN);
    cases.change(id, 2, { holder: { email: 'canary@example.org' }, references: ['canary'] }, BOB);
    cases.step(id, 'request', 3, { state: 'waiting', note: 'canary' }, ANN);
    cases.remove(id, 4, ANN);
    expect(updates.map(({ version, reason }) => `${version} ${reason}`)).toEqual([
      '1 opened',
      '2 note',
      '3 changed',
      '4 step',
      '4 deleted',
    ]);
    const entries = audit.list({ limit: 10 });
    expect(entries.map(({ action, caller }) => `${caller} ${action}`)).toEqual([
      'ann cases.delete',
      'ann cases.step',
      'client:bob cases.change',
      'ann cases.note',
      'ann cases.open',
    ]);
    expect(JSON.stringify(entries).toLowerCase()).not.toContain('canary');
  });
});
