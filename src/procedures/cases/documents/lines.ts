/** How wide a piece of text is, in points. */
export type Measure = (text: string) => number;

/** Longer words are measured sign by sign: shaping thousands of letters at once takes seconds. */
const LONG_WORD = 60;
/** Letters of the scripts that run from right to left. */
export const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Breaks one paragraph into lines no wider than `width`: between words, and inside a word that is wider than a line by itself. */
export function breakLines(text: string, width: number, measure: Measure): string[] {
  const blank = measure(' ');
  const lines: string[] = [];
  let line: string[] = [];
  let used = 0;
  for (const piece of text.split(' ').flatMap((word) => fitting(word, width, measure))) {
    const wide = pieceWidth(piece, measure);
    if (line.length > 0 && used + blank + wide > width) {
      lines.push(ordered(line));
      line = [];
    }
    used = line.length === 0 ? wide : used + blank + wide;
    line.push(piece);
  }
  if (line.length > 0) lines.push(ordered(line));
  return lines;
}

function pieceWidth(piece: string, measure: Measure): number {
  if (piece.length <= LONG_WORD) return measure(piece);
  let wide = 0;
  for (const sign of piece) wide += measure(sign);
  return wide;
}

/** The word, or its parts when it is too wide for a line. Marks stay with their letter. */
function fitting(word: string, width: number, measure: Measure): string[] {
  if (pieceWidth(word, measure) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const sign of word.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []) {
    const wide = measure(sign);
    if (part !== '' && used + wide > width) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += sign;
    used += wide;
  }
  return [...parts, part];
}

/** The words as they stand on paper from left to right: each run of words that are read from the right is turned round. */
function ordered(words: readonly string[]): string {
  const shown: string[] = [];
  let run: string[] = [];
  for (const word of words) {
    if (RIGHT_TO_LEFT.test(word)) run.unshift(word);
    else {
      shown.push(...run, word);
      run = [];
    }
  }
  return [...shown, ...run].join(' ');
}
