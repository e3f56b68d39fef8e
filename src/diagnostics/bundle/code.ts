import { randomInt } from 'node:crypto';

/**
 * Letters and digits for codes that are read out or typed again: without 0 O, 1 I L, and U V, which are taken for each other.
 * Their number, 29, is prime, which is what makes the check character see what it promises.
 */
export const ALPHABET = '23456789ABCDEFGHJKMNPQRSTWXYZ';

/** A code from bytes: as many characters of the alphabet as asked for. */
export function codeOf(bytes: Uint8Array, length: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  let code = '';
  for (let index = 0; index < length; index += 1) {
    code += ALPHABET[Number(number % BigInt(ALPHABET.length))];
    number /= BigInt(ALPHABET.length);
  }
  return code;
}

/** So many characters by chance. */
export function randomCode(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/**
 * The id of a bundle, to read over the phone: `K7QF-3MXT`. The last character is a check over the others: one wrong character,
 * or two neighbours swapped, always shows.
 */
export function newBundleId(): string {
  const code = randomCode(7);
  return `${code.slice(0, 4)}-${code.slice(4)}${checkOf(code)}`;
}

/** A bundle id as it was heard or typed, in its own spelling; null when it cannot be one. */
export function readBundleId(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, '');
  if (code.length !== 8 || [...code].some((character) => !ALPHABET.includes(character))) return null;
  return checkOf(code.slice(0, 7)) === code[7] ? `${code.slice(0, 4)}-${code.slice(4)}` : null;
}

function checkOf(code: string): string {
  const sum = [...code].reduce((total, character, index) => total + (index + 2) * ALPHABET.indexOf(character), 0);
  return ALPHABET[sum % ALPHABET.length] ?? '';
}
