/** Controls, direction marks, private and unassigned code points: nothing to show, and some of them change what stands beside them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** More marks than that on one letter only paint over its neighbours. */
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** The text on one line without anything invisible, in at most `longest` characters; a cut shows as an ellipsis. */
export function oneLine(text: string, longest = 6000): string {
  const line = text
    .slice(0, longest * 4)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(MARKS, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
  const signs = [...line];
  return signs.length <= longest
    ? line
    : `${signs
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

/** The lines of a text, each as `oneLine` makes it, without empty ones at the ends; at most `most` of them. */
export function plainLines(text: string, most = 400, longest = 6000): string[] {
  const lines = text
    .slice(0, most * longest)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => oneLine(line, longest));
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  const kept = first < 0 ? [] : lines.slice(first, last + 1);
  return kept.length <= most ? kept : [...kept.slice(0, most - 1), '…'];
}

/** A phrase as the beginning of a line: its first letter large. */
export function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}`;
}
