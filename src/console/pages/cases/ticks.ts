const KEPT = 'signet.ticks.';

/** What was ticked off in a case's lists, as `step/need`; kept in this browser alone, because it is nobody else's business. */
export function ticksOf(caseId: string): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT + caseId) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Ticks something, or takes the tick away. */
export function tick(caseId: string, name: string, ticked: boolean): void {
  const all = new Set(ticksOf(caseId));
  if (ticked) all.add(name);
  else all.delete(name);
  localStorage.setItem(KEPT + caseId, JSON.stringify([...all]));
}

/** Forgets the ticks of a case that is gone. */
export function forgetTicks(caseId: string): void {
  localStorage.removeItem(KEPT + caseId);
}
