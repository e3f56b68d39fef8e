/** How many combining marks one letter keeps: enough for every living script, too few to draw over the lines beside it. */
const MARKS = 3;
/** Letters that show as nothing at all, beside those that Unicode counts as format characters. */
const BLANKS = /[\u115f\u1160\u2800\u3164\uffa0]/gu;
/** What goes to another line or column. */
const LINE = /[\t-\r\x85\u2028\u2029]/;
/** Characters of a text that are looked at. */
const MOST = 4_096;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/**
 * Text from a stranger, fit to stand on one line of a question: no control or format character, so no line of its own and no
 * turned writing direction; no invisible letters; at most `columns` wide, cut in the middle, since a name's end tells its kind.
 */
export function plain(text: string, columns: number): string {
  // No more is looked at than could be shown: normalising takes its time with a long text of marks.
  const clean = (text.length <= MOST ? text : `${text.slice(0, MOST / 2)}…${text.slice(-MOST / 2)}`)
    .normalize('NFC')
    .replace(BLANKS, ' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => (LINE.test(character) ? ' ' : ''))
    .replace(new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, 'gu'), '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  return shortened(clean, columns);
}

/** Columns that a text takes on a terminal. Characters of East Asia take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/**
 * A site's origin as the person must see it: in full, with the host in its ASCII form, so that no letter of another script passes
 * for a Latin one. What is no origin keeps only printable ASCII.
 */
export function shownOrigin(origin: string): string {
  const url = URL.parse(origin);
  if (url !== null && url.origin !== 'null') return url.origin;
  return plain(origin, MOST).replace(/[^\x20-\x7e]/g, '?');
}

function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const letters = [...text];
  const room = Math.max(columns - 1, 0);
  const head = taken(letters, Math.ceil(room / 2));
  const tail = taken(letters.toReversed(), Math.floor(room / 2)).toReversed();
  return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`;
}

function taken(letters: readonly string[], columns: number): string[] {
  let left = columns;
  const end = letters.findIndex((letter) => {
    left -= columnsOf(letter);
    return left < 0;
  });
  return letters.slice(0, end < 0 ? letters.length : end);
}
