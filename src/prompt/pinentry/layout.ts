import type { Room } from '../lines.ts';
import { AMPLE } from '../lines.ts';
import { columnsOf } from '../plain.ts';
import type { Words } from '../words.ts';
import { escaped } from './encoding.ts';
import { LONGEST_LINE } from './lines.ts';
import type { Screen } from './screen.ts';

/** One dialog of a pinentry. */
export interface Sheet {
  title: string;
  description: string;
  error: string | null;
  prompt: string | null;
  ok: string;
  other: string | null;
  /** Null: there is one button only. */
  cancel: string | null;
}

/** How a question gets smaller, step by step, until it fits: fewer documents, no blank lines, shorter names. */
const STEPS: readonly (Room & { airy: boolean })[] = [
  { ...AMPLE, airy: true },
  { columns: 56, documents: 2, airy: true },
  { columns: 56, documents: 2, airy: false },
  { columns: 40, documents: 2, airy: false },
  { columns: 40, documents: 1, airy: false },
  { columns: 26, documents: 1, airy: false },
];
/** Rows of pinentry-curses beside the description: frame, field, buttons and the blank rows between them; and an error's. */
const FRAME = 6;
const ERROR = 2;
/** Columns of its frame, and one that its own wrapping leaves free. */
const SIDES = 5;
/** Columns that a button takes beside its label. */
const BUTTON = 2;

/**
 * Lays the words out for a terminal (`screen`), or for windows, which break lines by themselves (null). A terminal's dialog is
 * refused or cut by pinentry-curses when it is larger than the screen, and any when it is longer than a line of Assuan: names
 * get shorter and blank lines go until it fits. Null when it does not.
 */
export function layOut(words: (room: Room) => Words, headed: boolean, screen: Screen | null): Sheet | null {
  for (const step of STEPS) {
    const sheet = sheetOf(words(step), headed, screen, step.airy);
    if (sheet !== null) return sheet;
  }
  return null;
}

function sheetOf(words: Words, headed: boolean, screen: Screen | null, airy: boolean): Sheet | null {
  const { title, lines, warning, prompt, ok, other, cancel } = words;
  const width = screen === null ? Number.POSITIVE_INFINITY : screen.columns - SIDES;
  // A terminal's dialog has one row for an error and cuts what is longer.
  const error = prompt !== null && warning !== null && columnsOf(warning) <= width ? warning : null;
  const said = [...(headed ? [title, ''] : []), ...(warning !== null && error === null ? [warning, ''] : []), ...lines].filter(
    (line) => airy || line !== '',
  );
  const wrapped = said.flatMap((line) => wrap(line, width));
  // Qt takes what looks like a tag for HTML.
  const description = wrapped.join('\n').replace(/</g, '‹').replace(/>/g, '›');
  if (Buffer.byteLength(`SETDESC ${escaped(description)}`) > LONGEST_LINE) return null;
  if (screen !== null) {
    if (wrapped.length + (error === null ? 0 : ERROR) + FRAME > screen.rows) return null;
    const buttons = [ok, other, cancel].filter((label) => label !== null);
    // Each gets the width of the longest, and room is wanted for three however many there are.
    if (3 * (Math.max(...buttons.map(columnsOf)) + BUTTON) > width) return null;
  }
  return { title: `Signet: ${title}`, description, error, prompt, ok, other, cancel };
}

/** Breaks a line between words, and a word that is longer than a line, such as an origin, within. Widths in columns. */
export function wrap(line: string, width: number): string[] {
  if (columnsOf(line) <= width) return [line];
  const out: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (columnsOf(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== '') out.push(current);
    current = word;
    while (columnsOf(current) > width) {
      const [head, tail] = split(current, width);
      out.push(head);
      current = tail;
    }
  }
  return [...out, current];
}

function split(word: string, width: number): [string, string] {
  let columns = 0;
  let at = 0;
  for (const character of word) {
    columns += columnsOf(character);
    if (columns > width && at > 0) break;
    at += character.length;
  }
  return [word.slice(0, at), word.slice(at)];
}
