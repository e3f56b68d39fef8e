import type { Check, CheckId, Finding } from './check.ts';
import { CHECKS } from './registry.ts';
import { type CheckResult, describe, type ListedCheck, type Report, skipped, summarise, titleOf, WORST_FIRST } from './report.ts';
import type { View } from './view.ts';

/** Checks under way at once. */
const AT_ONCE = 4;
const TIMEOUT = 3_000;

export interface RunOptions {
  /** Only these, each for itself: what they depend on is not asked. All but the opt-in ones when left out; an unknown id is ignored. */
  ids?: readonly string[];
  signal?: AbortSignal;
  /** Language of the texts; English when left out. */
  language?: string;
  /** Called with each result in the registry's order, as soon as it and those before it are there. */
  onResult?(result: CheckResult): void;
  /** In place of the registry's, for tests. */
  checks?: readonly Check[];
}

/** How one check ended, as far as those that depend on it care. */
interface Settled {
  results: CheckResult[];
  /** Nothing of it went well: what depends on it is skipped. */
  blocks: boolean;
  /** Subjects that it failed, or that were skipped in it, with the check that is to blame. */
  bad: Map<string, CheckId>;
}

/**
 * Runs the checks: independent ones in parallel, each with its own deadline, and skips what would only repeat a failure that
 * is told already. A check that fails for some subjects only (one driver of three) holds up those subjects alone. Never rejects.
 */
export async function runChecks(view: View, options: RunOptions = {}): Promise<Report> {
  const { language = 'en', onResult = () => undefined, signal = new AbortController().signal } = options;
  const chosen = select(options.checks ?? CHECKS, view.machine.platform, options.ids);
  const settled = new Map<CheckId, Promise<Settled>>();
  const turn = turnstile(AT_ONCE);
  for (const check of chosen) {
    const parents = check.dependsOn.flatMap((id) => {
      const parent = settled.get(id);
      return parent === undefined ? [] : [parent.then((ended) => ({ id, ...ended }))];
    });
    settled.set(
      check.id,
      Promise.all(parents).then((ended) => settle(check, ended, { view, signal, language, turn })),
    );
  }
  const checks: CheckResult[] = [];
  for (const ended of settled.values()) {
    for (const result of (await ended).results) {
      checks.push(result);
      tell(onResult, result);
    }
  }
  return { checks, summary: summarise(checks), end: true };
}

/** Every check with its title, in the registry's order. */
export function listChecks(platform: NodeJS.Platform, language = 'en', checks: readonly Check[] = CHECKS): ListedCheck[] {
  return checks.map((check) => ({
    id: check.id,
    title: titleOf(check.id, language),
    severity: check.severity,
    dependsOn: check.dependsOn,
    optIn: check.optIn === true,
    here: fits(check, platform),
  }));
}

function select(checks: readonly Check[], platform: NodeJS.Platform, ids: readonly string[] | undefined): readonly Check[] {
  if (ids !== undefined && ids.length > 0) return checks.filter(({ id }) => ids.includes(id));
  return checks.filter((check) => check.optIn !== true && fits(check, platform));
}

function fits(check: Check, platform: NodeJS.Platform): boolean {
  return check.platforms === undefined || check.platforms.includes(platform);
}

interface Surroundings {
  view: View;
  signal: AbortSignal;
  language: string;
  turn: Turn;
}

async function settle(check: Check, parents: ({ id: CheckId } & Settled)[], around: Surroundings): Promise<Settled> {
  const { view, signal, language, turn } = around;
  const leaveOut = (because: string): Settled => ({
    results: [skipped(check, because, language)],
    blocks: because !== 'platform',
    bad: new Map(),
  });
  if (!fits(check, view.machine.platform)) return leaveOut('platform');
  const blocker = parents.find(({ blocks }) => blocks);
  if (blocker !== undefined && check.passesAnyway !== true) return leaveOut(`depends:${blocker.id}`);
  if (signal.aborted) return leaveOut('cancelled');
  const bad = new Map(parents.flatMap((parent) => [...parent.bad]));
  const { findings, took } = await turn(() => perform(check, view, signal));
  if (blocker !== undefined && findings.some(({ result }) => result !== 'pass')) return leaveOut(`depends:${blocker.id}`);
  let [left, whole] = [0, false];
  const results = findings.map((finding) => {
    const { subject } = finding;
    const culprit = subject === undefined ? undefined : bad.get(subject);
    if (culprit !== undefined) return skipped(check, `depends:${culprit}`, language, subject, took);
    const stops = finding.result === 'fail' || finding.holdsUp === true;
    if (!stops) left += 1;
    else if (subject === undefined) whole = true;
    else bad.set(subject, check.id);
    return describe(check, finding, took, language);
  });
  results.sort((a, b) => WORST_FIRST.indexOf(a.result) - WORST_FIRST.indexOf(b.result));
  return { results, blocks: whole || left === 0, bad };
}

async function perform(check: Check, view: View, outer: AbortSignal): Promise<{ findings: readonly Finding[]; took: number }> {
  const limit = check.timeout ?? TIMEOUT;
  const deadline = new AbortController();
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve({ result: 'unknown', evidence: { error: 'timeout', milliseconds: limit } }), limit);
    outer.addEventListener('abort', () => resolve({ result: 'unknown', evidence: { error: 'cancelled' } }), {
      signal: deadline.signal,
    });
  });
  // A check that throws before its first await is a failed check, not a failed run.
  const work = Promise.resolve().then(() => check.run(view, AbortSignal.any([outer, deadline.signal])));
  const found = await Promise.race([work.catch(lost), late]);
  clearTimeout(timer);
  deadline.abort();
  const findings = [found].flat() as Finding[];
  return { findings: findings.length === 0 ? [{ result: 'pass' }] : findings, took: Math.round(performance.now() - began) };
}

/** The error by its code or kind; its message may hold anything. */
function lost(error: unknown): Finding {
  const code = error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : 'unknown';
  return { result: 'unknown', evidence: { error: code } };
}

type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets so many through at once; the others wait in the order they came. */
function turnstile(places: number): Turn {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

function tell(onResult: (result: CheckResult) => void, result: CheckResult): void {
  try {
    onResult(result);
  } catch {
    // Whoever listens has gone; the run goes on for the report.
  }
}
