import type { Procedure, Step } from '../procedure.ts';
import type { CaseStepRecord, StepState } from './record.ts';

/** What a case knows of its steps. */
export interface Walk {
  procedure: Pick<Procedure, 'steps'>;
  steps: readonly CaseStepRecord[];
}

/** Whether steps that come after this one may begin. */
export function isOver({ mark }: Pick<CaseStepRecord, 'mark'>): boolean {
  return mark === 'done' || mark === 'not_needed';
}

/** Where each step stands, by its id: an open one is ready when all that it comes after are over. */
export function stepStates(walk: Walk): Record<string, StepState> {
  return Object.fromEntries(
    walk.steps.map((record): [string, StepState] => {
      if (record.mark !== 'open') return [record.id, record.mark];
      const step = walk.procedure.steps.find(({ id }) => id === record.id);
      return [record.id, step !== undefined && missingBefore(walk, step).length === 0 ? 'ready' : 'todo'];
    }),
  );
}

/** The steps that must be over before this one may begin and are not, in the procedure's order. */
export function missingBefore({ procedure, steps }: Walk, step: Step): Step[] {
  const over = new Set(steps.filter(isOver).map(({ id }) => id));
  return procedure.steps.filter(({ id }) => step.after.includes(id) && !over.has(id));
}

/** The steps, however far on, that have begun or are done because this one is over: while they are, it cannot be undone. */
export function resting({ procedure, steps }: Walk, stepId: string): Step[] {
  const behind = new Set([stepId]);
  for (let before = 0; before < behind.size; ) {
    before = behind.size;
    for (const { id, after } of procedure.steps) if (after.some((each) => behind.has(each))) behind.add(id);
  }
  behind.delete(stepId);
  const begun = new Set(steps.filter(({ mark }) => mark === 'done' || mark === 'waiting').map(({ id }) => id));
  return procedure.steps.filter(({ id }) => behind.has(id) && begun.has(id));
}
