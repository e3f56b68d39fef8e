import type { Step } from './procedure.ts';

/** Steps in an order in which they can be done: each after those it waits for, else as they stand in the file. */
export function inOrder(steps: readonly Step[]): Step[] {
  const left = [...steps];
  const done = new Set<string>();
  const ordered: Step[] = [];
  while (left.length > 0) {
    // The check at loading refuses circles; without it the first one would be taken out of turn rather than none.
    const next = Math.max(
      0,
      left.findIndex(({ after }) => after.every((id) => done.has(id))),
    );
    for (const step of left.splice(next, 1)) {
      ordered.push(step);
      done.add(step.id);
    }
  }
  return ordered;
}
