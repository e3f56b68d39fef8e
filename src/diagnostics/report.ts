import { translator } from '../messages/index.ts';
import type { Check, CheckId, Evidence, Finding, Result } from './check.ts';

/** One line of the doctor: what one check found about one subject, with its texts in the reader's language. */
export interface CheckResult {
  id: CheckId;
  title: string;
  severity: Check['severity'];
  result: Result;
  subject?: string;
  evidence: Evidence;
  found: string;
  /** What to do now, in one sentence; null where there is nothing to do. */
  fix: string | null;
  procedureId?: string;
  /** Where the procedure is told in full. */
  href?: string;
  dependsOn: readonly CheckId[];
  durationMs: number;
  /** `depends:<id>`, `not_needed`, `platform` or `cancelled`. */
  skippedBecause?: string;
}

/** Checks, each counted as its worst result about any subject. */
export interface Summary {
  pass: number;
  warn: number;
  fail: number;
  skip: number;
  unknown: number;
  /** The check to start with: of the gravest failures the one that holds up most others; else a warning; null when all is fine. */
  startHere: string | null;
}

export interface Report {
  checks: CheckResult[];
  summary: Summary;
  /** Always true and always last: a report without it was cut off. */
  end: true;
}

/** A check as `--list` shows it. */
export interface ListedCheck {
  id: CheckId;
  title: string;
  severity: Check['severity'];
  dependsOn: readonly CheckId[];
  optIn: boolean;
  /** Whether it can be made on this machine. */
  here: boolean;
}

const GRAVITY = { error: 0, warning: 1, notice: 2 } as const;

/** The id as the catalogues spell it: `os.arch` is `os_arch`. */
export function keyOf(id: CheckId): string {
  return id.replaceAll(/[.-]/g, '_');
}

export function titleOf(id: CheckId, language: string): string {
  return translator(language)(`doctor.check.${keyOf(id)}.title`);
}

/** A finding with its texts. The variant `pass`, `warn`, `fail` or `unknown` stands where the finding names none. */
export function describe(check: Check, finding: Finding, durationMs: number, language: string): CheckResult {
  const said = texts(check.id, finding, language);
  const { subject, procedureId } = finding;
  return {
    ...frame(check, language),
    severity: finding.severity ?? check.severity,
    ...(finding.notNeeded === true ? { result: 'skip', skippedBecause: 'not_needed' } : { result: finding.result }),
    ...(subject === undefined ? {} : { subject }),
    evidence: finding.evidence ?? {},
    found: said.found,
    fix: finding.result === 'pass' ? null : said.fix,
    ...(procedureId === undefined ? {} : { procedureId, href: `/v1/procedures/${encodeURIComponent(procedureId)}` }),
    durationMs,
  };
}

/** A check, or what it would have found about one subject, that was left out. */
export function skipped(check: Check, because: string, language: string, subject?: string, durationMs = 0): CheckResult {
  const t = translator(language);
  const [why = '', parent] = because.split(':');
  return {
    ...frame(check, language),
    result: 'skip',
    ...(subject === undefined ? {} : { subject }),
    evidence: {},
    found: t(`doctor.skipped.${why}`, { title: parent === undefined ? '' : titleOf(parent as CheckId, language) }),
    fix: null,
    durationMs,
    skippedBecause: because,
  };
}

/** What the summary looks at; a result that came over the wire will do. */
export type Judged = Pick<CheckResult, 'result' | 'severity'> & { id: string; skippedBecause?: string | undefined };

/** From what is told first to what is told last. */
export const WORST_FIRST: readonly Result[] = ['fail', 'warn', 'unknown', 'pass', 'skip'];

/** Counts checks, each once and as its worst result about any subject, and says where to start. */
export function summarise(checks: readonly Judged[]): Summary {
  const worst = new Map<string, Result>();
  for (const { id, result } of checks) {
    const before = worst.get(id);
    if (before === undefined || WORST_FIRST.indexOf(result) < WORST_FIRST.indexOf(before)) worst.set(id, result);
  }
  const count = (result: Result): number => [...worst.values()].filter((each) => each === result).length;
  const held = heldUp(checks);
  const worse = (a: Judged, b: Judged): number =>
    GRAVITY[a.severity] - GRAVITY[b.severity] || (held.get(b.id) ?? 0) - (held.get(a.id) ?? 0);
  const gravest = (result: Result): Judged | undefined => checks.filter((check) => check.result === result).sort(worse)[0];
  return {
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    skip: count('skip'),
    unknown: count('unknown'),
    startHere: (gravest('fail') ?? gravest('warn'))?.id ?? null,
  };
}

/** How many results were left out because of each check, directly or through others. */
function heldUp(checks: readonly Judged[]): Map<string, number> {
  const why = new Map(checks.map((check) => [check.id, check.skippedBecause?.split(':')[1]]));
  const held = new Map<string, number>();
  for (const { id, skippedBecause } of checks) {
    if (skippedBecause?.startsWith('depends:') !== true) continue;
    const seen = new Set<string>([id]);
    for (let at = why.get(id); at !== undefined && !seen.has(at); at = why.get(at)) {
      seen.add(at);
      held.set(at, (held.get(at) ?? 0) + 1);
    }
  }
  return held;
}

function frame(check: Check, language: string): Pick<CheckResult, 'id' | 'title' | 'severity' | 'dependsOn'> {
  return { id: check.id, title: titleOf(check.id, language), severity: check.severity, dependsOn: check.dependsOn };
}

function texts(id: CheckId, finding: Finding, language: string): { found: string; fix: string | null } {
  const t = translator(language);
  const params: Record<string, string | number> = { subject: finding.subject ?? '' };
  for (const [name, value] of Object.entries(finding.evidence ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') params[name] = value;
  }
  Object.assign(params, finding.params);
  const said = (part: string): string | null => {
    const key = `doctor.check.${keyOf(id)}.${part}`;
    const text = t(key, params);
    // A text that names what this finding does not tell would show its placeholder.
    return text === key || text.includes('{{') ? null : text;
  };
  const variant = finding.variant ?? finding.result;
  const reason = String(finding.evidence?.error ?? finding.evidence?.code ?? '');
  return {
    found:
      said(`found_${variant}`) ??
      (finding.result === 'unknown' ? t('doctor.unknown', { reason }) : t(`doctor.result.${finding.result}`)),
    fix: said(`fix_${variant}`),
  };
}
