import { foldWord } from './fold.ts';

/** Encoded text is only looked for where a text looks like it. */
const ENCODED =
  /[%=][0-9a-f]{2}|\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[0-3][0-7]{2})|&#?[0-9a-z]+;|[\u00c2-\u00c5][\u0080-\u00bf\u0152-\u2122]|[0-9a-f]{10,}|(?:[0-9a-f]{2}[ :,.-]){4}|(?:\d{2,3},\s?){4}|(?:0x[0-9a-f]{2}[^0-9a-z]){3}|[A-Za-z0-9+/_-]{14,}|[^\s]\0[^\s]|(?:[^\s][\s.,:-]){5}/i;

/** Whether a text may hold something in hex, base64, percent escapes or letter by letter. */
export function looksEncoded(text: string): boolean {
  return ENCODED.test(text);
}

/**
 * The ways in which a value may stand in a text other than as itself, folded: hex, base64, percent and JSON escapes, UTF-16,
 * decimal codes, letter by letter. Short values have none: what they look like encoded stands anywhere by chance.
 */
export function encodedForms(value: string): Set<string> {
  const found = new Set<string>();
  if (foldWord(value).length < 4) return found;
  for (const written of spellings(value)) {
    for (const form of formsOf(written)) {
      const folded = foldWord(form);
      if (folded.length >= 8) found.add(folded);
    }
    for (const form of partlyEscaped(written)) {
      const folded = foldWord(form);
      if (folded.length >= 5) found.add(folded);
    }
  }
  return found;
}

/** How people and programs write one name: upper and lower case, composed or not, without accents, blanks for commas. */
function spellings(value: string): Set<string> {
  const composed = value.normalize('NFC');
  const bare = composed.normalize('NFD').replace(/\p{M}/gu, '');
  const spaced = composed.replace(/[,;]\s*/g, ' ');
  return new Set([
    composed,
    composed.toUpperCase(),
    composed.toLowerCase(),
    composed.normalize('NFD'),
    bare,
    bare.toUpperCase(),
    bare.toLowerCase(),
    spaced,
  ]);
}

function* formsOf(value: string): Generator<string> {
  const utf8 = Buffer.from(value);
  const little = Buffer.from(value, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const bytes of [utf8, little, big]) {
    const hex = bytes.toString('hex');
    const pairs = hex.match(/../g) ?? [];
    yield hex;
    yield pairs.join(' ');
    yield pairs.map((pair) => `0x${pair}`).join(' ');
    yield [...bytes].join(' ');
    yield* base64Of(bytes);
  }
  yield encodeURIComponent(value);
  yield [...little].length === 0 ? '' : (big.toString('hex').match(/..../g) ?? []).map((unit) => `u${unit}`).join(' ');
  yield [...value].join(' ');
}

/** The letters beyond ASCII alone escaped, as programs do that print or transport text in a narrower set; nothing where there are none. */
function* partlyEscaped(value: string): Generator<string> {
  const BEYOND = /[^\0-\u007f]/g;
  const PAIRS = /[^\0-\u007f]/gu;
  if (!BEYOND.test(value)) return;
  const bytes = (prefix: string, base = 16): string =>
    value.replace(PAIRS, (letter) =>
      [...Buffer.from(letter)].map((byte) => prefix + byte.toString(base).padStart(2, '0')).join(''),
    );
  yield value.replace(BEYOND, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (const prefix of ['%', '%25', '\\x']) yield bytes(prefix);
  yield bytes('\\', 8);
  yield value.replace(PAIRS, (letter) => `&#${letter.codePointAt(0)};`);
  yield value.replace(PAIRS, (letter) => `&#x${letter.codePointAt(0)?.toString(16)};`);
  yield value.replace(PAIRS, entity);
  // UTF-8 that was taken for Latin-1 or Windows-1252.
  yield Buffer.from(value).toString('latin1');
  yield new TextDecoder('windows-1252').decode(Buffer.from(value));
  if (/[^\0-\u00ff]/.test(value)) return;
  const narrow = Buffer.from(value, 'latin1');
  yield narrow.toString('hex');
  yield (narrow.toString('hex').match(/../g) ?? []).join(' ');
  for (const prefix of ['%', '%25', '\\x']) {
    yield value.replace(BEYOND, (unit) => `${prefix}${unit.charCodeAt(0).toString(16)}`);
  }
}

/** Names of the accents in HTML's entities, by the mark that they are (U+0300 and on). */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': 'grave',
  '\u0301': 'acute',
  '\u0302': 'circ',
  '\u0303': 'tilde',
  '\u0308': 'uml',
  '\u030a': 'ring',
  '\u0327': 'cedil',
  '\u030c': 'caron',
};

function entity(letter: string): string {
  const [plain = '', mark = ''] = letter.normalize('NFD');
  return ACCENTS[mark] === undefined ? letter : `&${plain}${ACCENTS[mark]};`;
}

/** Base64 depends on where in its group of three a value begins; the outer characters depend on its neighbours. */
function* base64Of(bytes: Buffer): Generator<string> {
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    yield text.slice(from, text.length - ((before + bytes.length) % 3 === 0 ? 0 : 1));
  }
}
