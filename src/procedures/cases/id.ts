import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that could be heard or read as another, no vowel pairs that spell something. */
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new case's id, such as `7KM-4QXB`: opaque, and short enough to be read out over the phone (35 bits). */
export function newCaseId(): string {
  const signs = Array.from({ length: 7 }, () => SIGNS[randomInt(SIGNS.length)]).join('');
  return `${signs.slice(0, 3)}-${signs.slice(3)}`;
}

/** The id that somebody typed or heard: case, blanks and dashes do not matter, O is 0, I and L are 1. Null when it cannot be one. */
export function readCaseId(text: string): string | null {
  const signs = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (signs.length !== 7 || [...signs].some((sign) => !SIGNS.includes(sign))) return null;
  return `${signs.slice(0, 3)}-${signs.slice(3)}`;
}

/** Id of a file within its case. */
export function newFileId(): string {
  return Array.from({ length: 8 }, () => SIGNS[randomInt(SIGNS.length)])
    .join('')
    .toLowerCase();
}
