import type { Page } from './page.ts';
import { type Terminal, widthOf } from './terminal.ts';
import { plain } from './wrap.ts';

/** Below this many characters a line, rows are told one field a line. */
const TABLE_FROM = 60;
const GAP = 2;
/** A column is not made narrower than this for the sake of the first, gap included. */
const MIN_WORDS = 14;

/** Adds a table without rules that fits the terminal, its widest column wrapped; on a narrow one each row becomes fields. */
export async function table(
  told: Page,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): Promise<Page> {
  const width = widthOf(terminal.stdout, terminal.env);
  if (width < TABLE_FROM) {
    for (const [index, row] of rows.entries()) {
      if (index > 0) told.blank();
      for (const [column, cell] of row.entries()) told.field(head[column] ?? '', cell);
    }
    return told;
  }
  const { default: Table } = await import('cli-table3');
  const blank = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ];
  const widths = columnWidths([head, ...rows], width);
  const drawn = new Table({
    head: [...head],
    colWidths: widths,
    wordWrap: true,
    chars: { ...Object.fromEntries(blank.map((part) => [part, ''])), middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  for (const row of rows) drawn.push(row.map((cell, column) => folded(plain(cell), (widths[column] ?? width) - GAP)));
  const [first = '', ...others] = drawn.toString().split('\n');
  told.raw(first.trimEnd(), 'title');
  for (const line of others) told.raw(line.trimEnd());
  return told;
}

/** Words that are longer than their column, cut into lines: the table would end them with an ellipsis. */
function folded(text: string, width: number): string {
  return text
    .split(' ')
    .map((word) => (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join('\n'))
    .join(' ');
}

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map((word) => word.length));
}

/** Column widths, gaps included: each as wide as its content, the widest ones cut until all fit. */
function columnWidths(lines: readonly (readonly string[])[], width: number): number[] {
  const columns = lines[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)) + GAP,
  );
  const words = widths.map((_, column) => Math.max(...lines.map((line) => longestWord(line[column] ?? ''))) + GAP);
  while (widths.reduce((sum, each) => sum + each, 0) > width) {
    // A column gives up blanks before any has to break its words, and the first, the id to be copied, is the last to break.
    const loose = widths.map((each, column) => (each > (words[column] ?? 0) ? each : 0));
    const others = widths.map((each, column) => (column > 0 && each > MIN_WORDS ? each : 0));
    const from = [loose, others, widths].find((each) => Math.max(...each) > 0) ?? widths;
    const widest = from.indexOf(Math.max(...from));
    const cut = (widths[widest] ?? 0) - 1;
    if (cut < 6) break;
    widths[widest] = cut;
  }
  return widths;
}
