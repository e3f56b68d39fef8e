import { isRealDate } from './date.ts';
import { pointerStep } from './json-source.ts';
import { compilePattern, PatternError } from './pattern.ts';
import type { Procedure } from './procedure.ts';

/** Something wrong with a file that has the right shape: where (JSON pointer), and a text of `procedures.refusal`. */
export interface Finding {
  pointer: string;
  code: string;
  params: Record<string, string | number>;
}

type Report = (pointer: string, code: string, params?: Record<string, string | number>) => void;

/** What the schema cannot say of a procedure: names that exist, orders without circles, safe patterns, sourced facts, real dates. */
export function checkProcedure(procedure: Procedure, fileName: string): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (pointer, code, params = {}) => findings.push({ pointer, code, params });
  if (fileName !== `${procedure.id}.json`) report('/id', 'file_name', { expected: `${procedure.id}.json` });
  if (procedure.id.split('.')[1] !== procedure.purpose)
    report('/purpose', 'purpose', { expected: procedure.id.split('.')[1] ?? '' });
  checkNames(procedure, report);
  checkOrder(procedure, report);
  checkMatch(procedure, report);
  checkSources(procedure, report);
  checkDates(procedure, report);
  checkTexts(procedure, '', report);
  return findings;
}

function checkNames({ steps, contacts, sources }: Procedure, report: Report): void {
  const unique = (list: readonly { id: string }[], pointer: string): void => {
    const seen = new Set<string>();
    for (const [n, { id }] of list.entries()) {
      if (seen.has(id)) report(`${pointer}/${n}/id`, 'same_id', { name: id });
      seen.add(id);
    }
  };
  unique(steps, '/steps');
  unique(contacts, '/contacts');
  unique(sources, '/sources');
  for (const [n, step] of steps.entries()) {
    unique(step.needs, `/steps/${n}/needs`);
    if (step.contact !== null && !contacts.some(({ id }) => id === step.contact))
      report(`/steps/${n}/contact`, 'no_such_contact', { name: step.contact });
    for (const [m, name] of step.after.entries())
      if (!steps.some(({ id }) => id === name)) report(`/steps/${n}/after/${m}`, 'no_such_step', { name });
  }
}

function checkOrder({ steps, pathway }: Procedure, report: Report): void {
  if (steps.length === 0 && pathway !== 'none' && pathway !== 'unknown') report('/steps', 'no_steps');
  const before = new Map(steps.map(({ id, after }) => [id, after]));
  for (const [n, { id }] of steps.entries()) {
    const open = [...(before.get(id) ?? [])];
    const seen = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === id) {
        report(`/steps/${n}/after`, 'circle', { name: id });
        return;
      }
      if (!seen.has(name)) open.push(...(before.get(name) ?? []));
      seen.add(name);
    }
  }
}

function checkMatch({ match }: Procedure, report: Report): void {
  for (const list of ['issuerDn', 'tokenManufacturer', 'tokenModel'] as const) {
    for (const [n, source] of match[list].entries()) {
      try {
        if (compilePattern(source)('')) report(`/match/${list}/${n}`, 'pattern_anything');
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        report(`/match/${list}/${n}`, `pattern_${error.reason}`);
      }
    }
  }
  const lists = [match.issuerDn, match.tokenManufacturer, match.tokenModel, match.atr];
  if (match.generic && lists.some((list) => list.length > 0)) report('/match/generic', 'generic_matches');
}

/** Members that are facts of the world: each needs a source. */
const FACTS = ['tries', 'fee', 'free', 'turnaround', 'validity', 'renewalWindow', 'afterPukBlocked'] as const;

function checkSources(procedure: Procedure, report: Report): void {
  const { fee, free, sources, contacts, confidence } = procedure;
  if (fee !== null && free === true) report('/free', 'fee_and_free');
  if (sources.length > 0) return;
  if (confidence !== 'unknown') report('/sources', 'no_source');
  for (const name of FACTS) if (procedure[name] !== null) report(`/${name}`, 'fact_without_source', { name });
  if (contacts.length > 0) report('/contacts', 'fact_without_source', { name: 'contacts' });
}

function checkDates({ fee, sources, verified }: Procedure, report: Report): void {
  const real = (date: string | null, pointer: string): void => {
    if (date !== null && !isRealDate(date)) report(pointer, 'no_such_date', { name: date });
  };
  real(verified, '/verified');
  real(fee?.asOf ?? null, '/fee/asOf');
  for (const [n, { published, updated }] of sources.entries()) {
    real(published, `/sources/${n}/published`);
    real(updated, `/sources/${n}/updated`);
  }
}

/** Characters that could rewrite the line, the page or the label that a text is put on. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

function checkTexts(value: unknown, pointer: string, report: Report): void {
  if (typeof value === 'string') {
    if (value.trim() === '') report(pointer, 'blank');
    else if (UNSAFE.test(value)) report(pointer, 'control_character');
  } else if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) checkTexts(item, `${pointer}/${n}`, report);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) checkTexts(member, pointer + pointerStep(name), report);
  }
}
