/** A text without the differences that one name may be written with, and for each of its characters where that began. */
export interface Folded {
  text: string;
  /** Index in the original per character of `text`, and at the end the original's length. */
  at: number[];
}

/** Letters that have no decomposition and are yet written with plain ones. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ı: 'i',
};

const LETTER = /[\p{L}\p{N}]/u;
/** Marks on a letter, and what is there without being seen: soft hyphens, joiners, blanks of no width. */
const MARKS = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Folds a text for comparing: lower case, no accents, no matter how they are composed, and whatever is neither letter nor digit
 * as a single blank. `JÕEORG,JAAK-KRISTJAN` and `Jo\u0303eorg Jaak_Kristjan` become one.
 */
export function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  let index = 0;
  for (const character of original) {
    const folded = character < '\u0080' ? asciiFold(character) : foldOne(character);
    // What folds to nothing is a mark on the character before.
    for (const each of folded) {
      if (each === ' ' && (text === '' || text.endsWith(' '))) continue;
      text += each;
      at.push(index);
    }
    index += character.length;
  }
  at.push(original.length);
  return { text, at };
}

function asciiFold(character: string): string {
  if ((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9')) return character;
  return character >= 'A' && character <= 'Z' ? character.toLowerCase() : ' ';
}

function foldOne(character: string): string {
  const lower = character.normalize('NFKD').replace(MARKS, '').toLowerCase();
  if (lower === '') return '';
  return [...lower].map((each) => PLAIN[each] ?? (LETTER.test(each) ? each : ' ')).join('');
}

/** The folded text alone, without blanks at its ends. */
export function foldWord(text: string): string {
  return fold(text).text.trim();
}
