import type { Row } from './facts.ts';
import { FAINT, lineHeight, MARGIN, type Paper, type Style } from './paper.ts';

const LINE = '#b6bec7';
/** Room for the labels of a table, in points. */
const LABEL = 168;

/** A heading of a level, kept together with the beginning of what follows. */
export function writeHeading(paper: Paper, level: 1 | 2, text: string): void {
  const style = level === 1 ? { size: 18, after: 8 } : { size: 12.5, after: 4 };
  if (level === 2) paper.y += 10;
  paper.ensure(lineHeight(style) + 48);
  paper.text(`H${level}`, text, { ...style, bold: true });
}

/** A table of labels and values with a line under each, which an empty value leaves to be written on. */
export function writeRows(paper: Paper, rows: readonly Row[]): void {
  const style = { size: 9.5 };
  const value = { ...style, x: paper.left + LABEL, width: paper.width - LABEL };
  const label = { ...style, width: LABEL - 12, colour: FAINT };
  paper.within('Table', () => {
    for (const row of rows) {
      const heads = paper.broken(row.label, label);
      const shown = (row.lines?.length ? row.lines : [row.value]).flatMap((line) => paper.broken(line, value));
      paper.ensure(lineHeight(style) * Math.max(heads.length, Math.min(shown.length, 3)) + 10);
      if (paper.full) return;
      paper.within('TR', () => {
        const [top, page] = [paper.y, paper.page];
        paper.lines('TH', heads, label, { scope: 'Row' });
        const below = paper.y;
        paper.y = top;
        if (shown.length > 0) paper.lines('TD', shown, value);
        else {
          paper.within('TD', () => undefined);
          paper.y += lineHeight(value) + 5;
        }
        paper.y = (paper.page === page ? Math.max(below, paper.y) : paper.y) + 3;
      });
      paper.artifact(() => rule(paper, paper.y - 1, paper.left, paper.width));
      paper.y += 3;
    }
  });
  paper.y += 6;
}

/** A list; each item has its own sign before it, such as a bullet or a box to tick. */
export function writeList(paper: Paper, items: readonly string[], sign: string, style: Style = {}): void {
  const x = style.x ?? paper.left;
  const size = style.size ?? 10;
  const inset = paper.widthOf(sign, size * 1.1) + 7;
  const body = { size, ...style, x: x + inset, width: (style.width ?? paper.width) - inset };
  if (items.length > 0)
    paper.within('L', () => {
      for (const item of items) {
        const lines = paper.broken(item, body);
        paper.ensure(lineHeight(body) * Math.min(lines.length, 3));
        if (paper.full) return;
        paper.within('LI', () => {
          const top = paper.y;
          paper.text('Lbl', sign, { size: size * 1.1, x, width: inset + 4 });
          paper.y = top;
          paper.lines('LBody', lines, { after: 3, ...body });
        });
      }
    });
  paper.y += 4;
}

/** A paragraph on a coloured ground with a bar at its side, for what must not be overlooked. */
export function writeWarning(paper: Paper, text: string, style: Style = {}): void {
  const x = style.x ?? paper.left;
  const width = style.width ?? paper.width;
  const inner = { size: 9.5, bold: true, x: x + 12, width: width - 22 };
  const lines = paper.broken(text, inner);
  const height = lines.length * lineHeight(inner) + 12;
  const whole = height < paper.bottom - MARGIN;
  paper.ensure(whole ? height : lineHeight(inner));
  if (paper.full) return;
  if (whole)
    paper.artifact(() => {
      paper.doc.rect(x, paper.y, width, height).fill('#fff4d6');
      paper.doc.rect(x, paper.y, 3, height).fill('#b26a00');
    });
  paper.y += 6;
  paper.lines('P', lines, inner);
  paper.y += 12;
}

/** A line to write on, with its label before it. */
export function writeBlank(paper: Paper, label: string, style: Style = {}): void {
  const x = style.x ?? paper.left;
  const size = style.size ?? 10;
  if (label === '') paper.y += lineHeight({ size }) + (style.after ?? 0);
  else paper.text('P', label, { ...style, size });
  const start = x + (label === '' ? 0 : paper.widthOf(label, size) + 6);
  const end = x + (style.width ?? paper.width);
  if (!paper.full && start + 40 < end) paper.artifact(() => rule(paper, paper.y - (style.after ?? 0) - 2, start, end - start));
}

function rule({ doc }: Paper, y: number, x: number, width: number): void {
  doc
    .moveTo(x, y)
    .lineTo(x + width, y)
    .lineWidth(0.6)
    .stroke(LINE);
}
