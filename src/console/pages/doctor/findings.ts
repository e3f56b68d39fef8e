import type { DiagnosticResult } from '../../../client/types.ts';

export type Result = DiagnosticResult['result'];

/** One check with what it found, about several subjects maybe. */
export interface Checked {
  id: string;
  title: string;
  /** The worst of its findings. */
  result: Result;
  findings: readonly DiagnosticResult[];
}

/** The checks about one thing: `driver`, `pin`, … */
export interface Area {
  name: string;
  checks: readonly Checked[];
  /** Those that were left out. */
  skipped: readonly DiagnosticResult[];
}

const WORST_FIRST: readonly Result[] = ['fail', 'warn', 'unknown', 'pass', 'skip'];
const GRAVITY: readonly DiagnosticResult['severity'][] = ['error', 'warning', 'notice'];

/** Results by area and check, in the order in which they were told. */
export function areasOf(results: readonly DiagnosticResult[]): Area[] {
  const names = [...new Set(results.map(({ id }) => areaOf(id)))];
  return names.map((name) => {
    const own = results.filter(({ id }) => areaOf(id) === name);
    const told = own.filter(({ result }) => result !== 'skip');
    return {
      name,
      checks: [...new Set(told.map(({ id }) => id))].map((id) => checkedOf(told.filter((each) => each.id === id))),
      skipped: own.filter(({ result }) => result === 'skip'),
    };
  });
}

/** `pin` of `pin.locked`. */
export function areaOf(id: string): string {
  return id.split('.', 1)[0] ?? id;
}

/** How many checks of each kind, each counted once, as the worst of what it found. */
export function countsOf(results: readonly DiagnosticResult[]): Record<Result, number> {
  const counts = { pass: 0, warn: 0, fail: 0, skip: 0, unknown: 0 };
  const worst = new Map<string, Result>();
  for (const { id, result } of results) {
    const before = worst.get(id);
    if (before === undefined || WORST_FIRST.indexOf(result) < WORST_FIRST.indexOf(before)) worst.set(id, result);
  }
  for (const result of worst.values()) counts[result] += 1;
  return counts;
}

/** Whether it is only good to know: a warning of a check that costs nobody time. */
export function isHint({ result, severity }: DiagnosticResult): boolean {
  return result === 'warn' && severity === 'notice';
}

/**
 * Where to start: what the doctor named, as long as it still stands (one check may have been made anew since), else the gravest
 * that is left; null when nothing is wrong, whatever hints there are.
 */
export function startOf(results: readonly DiagnosticResult[], named: string | null): Checked | null {
  const failing = results.filter(({ result }) => result === 'fail');
  const wrong = failing.length > 0 ? failing : results.filter((each) => each.result === 'warn' && !isHint(each));
  const gravest = [...wrong].sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity))[0];
  const id = wrong.some((each) => each.id === named) ? named : (gravest?.id ?? null);
  return id === null ? null : checkedOf(wrong.filter((each) => each.id === id));
}

/** How many findings were left out because of a check, directly or through others that were left out because of it. */
export function heldUpBy(id: string, results: readonly DiagnosticResult[]): number {
  const parents = new Map(
    results.map(({ id: own, skippedBecause }) => [own, skippedBecause?.startsWith('depends:') ? skippedBecause.slice(8) : null]),
  );
  const leads = (from: string, seen: ReadonlySet<string> = new Set()): boolean => {
    const parent = parents.get(from);
    if (parent === null || parent === undefined || seen.has(from)) return false;
    return parent === id || leads(parent, new Set([...seen, from]));
  };
  return results.filter((each) => each.result === 'skip' && leads(each.id)).length;
}

/** The results with one more of a check that is made anew: the `first` takes the place of all its old ones. */
export function replaced(results: readonly DiagnosticResult[], result: DiagnosticResult, first: boolean): DiagnosticResult[] {
  const at = results.findIndex(({ id }) => id === result.id);
  if (at < 0) return [...results, result];
  const kept = first ? results.filter(({ id }) => id !== result.id) : [...results];
  const place = first ? at : results.findLastIndex(({ id }) => id === result.id) + 1;
  return [...kept.slice(0, place), result, ...kept.slice(place)];
}

function checkedOf(findings: readonly DiagnosticResult[]): Checked {
  const sorted = [...findings].sort((a, b) => WORST_FIRST.indexOf(a.result) - WORST_FIRST.indexOf(b.result));
  const [worst] = sorted;
  return { id: worst?.id ?? '', title: worst?.title ?? '', result: worst?.result ?? 'unknown', findings: sorted };
}
