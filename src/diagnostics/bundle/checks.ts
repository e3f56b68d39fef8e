import type { CheckSection, DiagnosticsSection } from './document.ts';
import { EVIDENCE } from './evidence.ts';
import { type Loose, loose, type Picker } from './picker.ts';

const RESULTS = ['pass', 'warn', 'fail', 'skip', 'unknown'];
const ID = /^[a-z0-9]+\.[a-z0-9-]+$/;
const MOST_CHECKS = 1_000;
const MOST_EVIDENCE = 40;
/** The doctor's report, cleaned. */
export function diagnosticsSection(report: unknown, pick: Picker): DiagnosticsSection | null {
  if (report === null || report === undefined) return null;
  const { checks, summary, end } = loose(report);
  const { pass, warn, fail, skip, unknown, startHere } = loose(summary);
  return {
    summary: {
      pass: pick.number(pass),
      warn: pick.number(warn),
      fail: pick.number(fail),
      skip: pick.number(skip),
      unknown: pick.number(unknown),
      startHere: pick.code(startHere, ID),
    },
    checks: pick.all(checks, MOST_CHECKS, (check) => checkSection(loose(check), pick)),
    complete: end === true,
  };
}

function checkSection(check: Loose, pick: Picker): CheckSection {
  return {
    id: pick.code(check.id, ID),
    title: pick.text(check.title),
    severity: pick.word(check.severity, ['error', 'warning', 'notice']),
    result: pick.word(check.result, RESULTS),
    subject: pick.text(check.subject),
    found: pick.text(check.found, 1_000),
    fix: pick.text(check.fix, 1_000),
    evidence: evidenceOf(check.evidence, pick),
    procedureId: pick.code(check.procedureId),
    dependsOn: pick.all(check.dependsOn, 50, (id) => pick.code(id, ID)),
    skippedBecause: pick.code(check.skippedBecause, /^[a-z]+(?::[a-z0-9]+\.[a-z0-9-]+)?$/),
    durationMs: pick.number(check.durationMs),
  };
}

/** Each check has evidence of its own: single values by name, and a text among them is cleaned like any other. */
function evidenceOf(evidence: unknown, pick: Picker): CheckSection['evidence'] {
  const picked: CheckSection['evidence'] = {};
  for (const [name, value] of Object.entries(loose(evidence)).slice(0, MOST_EVIDENCE)) {
    if (!EVIDENCE.has(name)) continue;
    if (typeof value === 'string') picked[name] = pick.text(value);
    else if (typeof value === 'number') picked[name] = pick.number(value);
    else if (typeof value === 'boolean' || value === null) picked[name] = value;
  }
  return picked;
}
