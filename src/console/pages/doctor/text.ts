import type { DiagnosticResult } from '../../../client/types.ts';
import { timeWords } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { areasOf, type Result, startOf } from './findings.ts';

/** A report as plain text, to paste into a message: the cause first, then everything by area, an end line last. */
export function reportText(results: readonly DiagnosticResult[], startHere: string | null, version: string, at: string): string {
  const start = startOf(results, startHere);
  const lines = [t('console.doctor.text_title', { version, time: timeWords(at) }), ''];
  if (start === null) lines.push(t('console.doctor.fine_title'));
  else {
    lines.push(`${t('console.doctor.start')}: ${start.findings[0]?.found ?? start.title}`);
    for (const { fix } of start.findings.slice(0, 1)) if (fix !== null) lines.push(`  → ${fix}`);
  }
  for (const { name, checks, skipped } of areasOf(results)) {
    lines.push('', areaName(name).toUpperCase());
    for (const { findings } of checks) for (const each of findings) lines.push(...findingLines(each));
    for (const each of skipped) lines.push(...findingLines(each));
  }
  return [...lines, '', t('console.doctor.text_end'), ''].join('\n');
}

/** What a result is called. */
export function resultWord(result: Result): string {
  return t(`console.doctor.result_${result}`);
}

/** What an area is called; its own name when there is no other. */
export function areaName(name: string): string {
  const key = `console.doctor.area_${name}`;
  const text = t(key);
  return text === key ? name : text;
}

function findingLines({ id, title, result, found, fix, evidence }: DiagnosticResult): string[] {
  const lines = [`[${resultWord(result)}] ${title} (${id})`];
  if (result !== 'pass') {
    lines.push(`    ${found}`);
    if (fix !== null) lines.push(`    → ${fix}`);
    for (const [key, value] of Object.entries(evidence)) lines.push(`    ${key} = ${String(value)}`);
  }
  return lines;
}
