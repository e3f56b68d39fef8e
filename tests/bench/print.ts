import type { Table } from './results.ts';
import type { Target } from './targets.ts';

/** The targets as a table. */
export function targetTable(targets: readonly Target[]): Table {
  const rows = targets.map(({ what, wanted, figure, met }) => [what, wanted, figure, met ? 'met' : 'not met']);
  return { title: 'Targets', head: ['', 'wanted', 'measured', ''], rows };
}

/** A table in columns for a terminal: the first to the left, the others to the right. */
export function printed({ title, head, rows }: Table): string {
  const widths = widthsOf([head, ...rows]);
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return [title, '', ...[head, ...rows].map((row) => line(row).trimEnd()), ''].join('\n');
}

/** A table in Markdown under a heading of the second level. */
export function markdown({ title, head, rows }: Table): string {
  const widths = widthsOf([head, ...rows]).map((width) => Math.max(width, 4));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [`## ${title}`, '', line(head), line(rule), ...rows.map(line), ''].join('\n');
}

function widthsOf(rows: readonly string[][]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
}
