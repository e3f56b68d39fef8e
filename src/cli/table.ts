import type { Page } from './page.ts';
import { type Terminal, widthOf } from './terminal.ts';
import { fold, plain, wrap } from './wrap.ts';

/** Below this many characters a line, rows are told one field a line. */
const TABLE_FROM = 60;
const GAP = 2;
/** What goes below its row is indented like the second column, and no deeper than this. */
const DEEPEST = 6;
const NO_RULES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((part) => [part, '']),
  ),
);

type Rows = readonly (readonly string[])[];

/**
 * Adds a table without rules that fits the terminal with its words whole: wide columns are wrapped; where that is not enough, those
 * of `under` go below their row, the first of them first; and as the last resort, as on a narrow terminal, each row becomes fields.
 */
export async function table(
  told: Page,
  head: readonly string[],
  rows: Rows,
  terminal: Terminal,
  under: readonly number[] = [],
): Promise<Page> {
  const width = widthOf(terminal.stdout, terminal.env);
  // No gap is needed behind the last column.
  const across = width + GAP;
  const lines = [head, ...rows].map((row) => row.map(plain));
  const columns = head.map((_, column) => column);
  const layouts = [0, ...under.map((_, index) => index + 1)].map((count) => under.slice(0, count));
  const below = layouts.find((away) => leastWidth(without(lines, away), width) <= across);
  if (width < TABLE_FROM || below === undefined) {
    for (const [index, row] of rows.entries()) {
      if (index > 0) told.blank();
      for (const [column, cell] of row.entries()) told.field(head[column] ?? '', cell);
    }
    return told;
  }
  const beside = without(lines, below);
  const widths = columnWidths(beside, width, across);
  const drawn = await draw(beside, widths);
  const margin = ' '.repeat(Math.min(widths[0] ?? 0, DEEPEST));
  for (const [index, line] of lines.entries()) {
    const style = index === 0 ? 'title' : 'text';
    for (const text of drawn[index] ?? []) told.raw(text, style);
    const rest = columns.filter((column) => below.includes(column)).flatMap((column) => line[column] || []);
    const room = width - margin.length;
    if (rest.length > 0) for (const text of wrap(fold(rest.join('  '), room), room)) told.raw(`${margin}${text}`, style);
  }
  return told;
}

function without(lines: Rows, away: readonly number[]): Rows {
  return lines.map((line) => line.filter((_, column) => !away.includes(column)));
}

/** The lines of each row, its cells wrapped to their columns. */
async function draw(rows: Rows, widths: readonly number[]): Promise<string[][]> {
  const { default: Table } = await import('cli-table3');
  return rows.map((row) => {
    const drawn = new Table({
      colWidths: [...widths],
      chars: { ...NO_RULES, middle: '' },
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    });
    const cells = row.map((cell, column) => {
      const room = (widths[column] ?? 0) - GAP;
      return wrap(fold(cell, room), room).join('\n');
    });
    drawn.push(cells);
    return drawn
      .toString()
      .split('\n')
      .map((line) => line.trimEnd());
  });
}

function widest(lines: Rows, column: number, measure: (text: string) => number): number {
  return Math.max(...lines.map((line) => measure(line[column] ?? ''))) + GAP;
}

/** A word that takes half of the line is cut where it has to be: there is no layout for it. */
function longestWord(width: number): (text: string) => number {
  return (text) => Math.min(Math.floor(width / 2), Math.max(...text.split(' ').map((word) => word.length)));
}

function leastWidth(lines: Rows, width: number): number {
  return (lines[0] ?? []).reduce((sum, _, column) => sum + widest(lines, column, longestWord(width)), 0);
}

/** Column widths, gaps included: each as wide as its content, the widest ones cut, no narrower than their words, until all fit. */
function columnWidths(lines: Rows, width: number, across: number): number[] {
  const columns = (lines[0] ?? []).map((_, column) => column);
  const widths = columns.map((column) => widest(lines, column, (text) => text.length));
  const words = columns.map((column) => widest(lines, column, longestWord(width)));
  while (widths.reduce((sum, each) => sum + each, 0) > across) {
    const loose = widths.map((each, column) => (each > (words[column] ?? 0) ? each : 0));
    const most = loose.indexOf(Math.max(...loose));
    widths[most] = (widths[most] ?? 0) - 1;
  }
  return widths;
}
