import { LANGUAGES } from '../../src/messages/index.ts';
import type { Texts } from '../../src/procedures/index.ts';

const WORDS: Readonly<Record<string, number>> = {
  ...{ three: 3, third: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, ten: 10 },
  ...{ trois: 3, troisième: 3, quatre: 4, cinq: 5, sept: 7, huit: 8, dix: 10 },
  ...{ tres: 3, tercera: 3, cuatro: 4, cinco: 5, seis: 6, siete: 7, ocho: 8, diez: 10 },
};

/** Members that are not words for people, or that a test compares as a whole. */
const NOT_WORDS = new Set([
  'match',
  'id',
  'after',
  'contact',
  'verified',
  'url',
  'email',
  'phone',
  'amount',
  'asOf',
  'published',
  'updated',
]);

/** Numbers of a text in any of the languages, in digits or in letters from three on; digits inside a name, as in DigiDoc4, are none. */
export function numbersIn(text: string): string[] {
  const digits = (text.match(/(?<![\p{L}\d])\d+(?:[.,]\d+)*/gu) ?? []).map((number) => number.replace(',', '.'));
  const words = (text.toLowerCase().match(/\p{L}+/gu) ?? []).flatMap((word) => WORDS[word] ?? []);
  return [...digits, ...words.map(String)];
}

/** Every string of a procedure that a person reads, in all languages. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => (NOT_WORDS.has(name) ? [] : stringsIn(member)));
}

/** Every text of a procedure that is there in all languages. */
export function textsIn(value: unknown): Texts[] {
  if (value === null || typeof value !== 'object') return [];
  if (isTexts(value)) return [value];
  return Object.values(value).flatMap(textsIn);
}

function isTexts(value: object): value is Texts {
  return LANGUAGES.every((language) => language in value);
}
