import { isIPv6 } from 'node:net';
import type { Kind } from './pseudonyms.ts';

/** A shape that personal or secret values have, whoever they belong to. */
export interface Pattern {
  kind: Kind;
  shape: RegExp;
  /** Only matches that this agrees to. */
  when?: (found: string) => boolean;
}

const START = '(?<![\\p{L}\\p{N}])';
const END = '(?![\\p{L}\\p{N}])';

const whole = (source: string, flags = 'giu'): RegExp => new RegExp(`${START}(?:${source})${END}`, flags);

/**
 * Applied in this order to any free text, after the values that are known. Sources: ETSI EN 319 412-1 section 5.1.3 for the
 * identifiers of natural persons; the national formats of Spain (DNI, NIE), Estonia, Lithuania and Latvia, France (NIR), Belgium, Italy,
 * Finland; ISO 13616 for IBAN. Rather too much than too little: a false hit costs a word of a log line.
 */
export const PATTERNS: readonly Pattern[] = [
  { kind: 'email', shape: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}/gu },
  { kind: 'hex', shape: whole('(?:0x)?[0-9a-f]{2}(?:[ :,-](?:0x)?[0-9a-f]{2}){5,}') },
  { kind: 'id', shape: whole('(?:PNO|IDC|PAS|TIN|TAX)[A-Z]{2}[-:][A-Z0-9./-]{4,30}') },
  { kind: 'id', shape: whole('[A-Z]{6}\\d{2}[A-Z]\\d{2}[A-Z]\\d{3}[A-Z]') },
  {
    kind: 'id',
    shape: whole('(?:IDES?|DNI|NIF|NIE)?[-: ]{0,2}(?:\\d{8}|\\d{2}[. ]\\d{3}[. ]\\d{3}|[XYZ][- ]?\\d{7})[- ]?[A-HJ-NP-TV-Z]'),
  },
  { kind: 'id', shape: whole('[12][ .]?\\d{2}[ .]?\\d{2}[ .]?(?:\\d{2}|2[AB])[ .]?\\d{3}[ .]?\\d{3}(?:[ .]?\\d{2})?') },
  { kind: 'id', shape: whole('\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}') },
  { kind: 'id', shape: whole('\\d{6}[-+A-F]\\d{3}[0-9A-Y]') },
  { kind: 'id', shape: whole('[1-8]\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{4}|\\d{6}-\\d{5}') },
  {
    kind: 'iban',
    shape: whole('[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?', 'gu'),
    when: (found) => /\d{6}/.test(found.replace(/ /g, '')),
  },
  { kind: 'phone', shape: /(?<![\p{L}\p{N}.+-])\+\d{1,3}(?:[ .()/-]{0,2}\d{1,4}){2,6}(?!\p{L})/gu },
  {
    kind: 'phone',
    shape: whole('0\\d(?:[ .-]?\\d{2}){4}|[6789]\\d{2}[ .-]\\d{3}[ .-]\\d{3}|[6789]\\d{2}[ .-]\\d{2}[ .-]\\d{2}[ .-]\\d{2}'),
  },
  // Not this computer itself, and no version of a library; a browser's version has larger parts.
  {
    kind: 'site',
    shape:
      /(?<![\p{L}\p{N}._-])(?!127\.|0\.0\.0\.0)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\p{L}\p{N}_-]|\.\d)/gu,
  },
  {
    kind: 'site',
    shape: /(?<![\p{L}\p{N}:.])(?=[0-9a-f:]*[0-9a-f]{3})(?:[0-9a-f]{1,4}:){1,7}(?::?[0-9a-f]{1,4}){1,7}(?![\p{L}\p{N}:])/giu,
    when: (found) => isIPv6(found),
  },
  // Readers print their serial number in brackets.
  { kind: 'serial', shape: /(?<=[([])(?!0x0|\d{4}-\d\d)(?=(?:[A-Z-]*\d){2})[0-9A-Z-]{6,}(?=[)\]])/gi },
  { kind: 'hex', shape: whole('[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}') },
  // CKR_ values and flags as numbers have no more than five digits that tell something.
  { kind: 'hex', shape: whole('0x(?!0000|8000)[0-9a-f]{6,}') },
  { kind: 'hex', shape: whole('[0-9a-f]{12,}') },
  { kind: 'number', shape: /\d{8,}/g },
  {
    kind: 'opaque',
    shape: /(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+=-]{20,}(?![A-Za-z0-9_+/=-])/g,
    when: (found) => /\d/.test(found) && /[a-z]/.test(found) && /[A-Z]/.test(found),
  },
];

/** Addresses of people, which hold their names. */
export const ADDRESSES: readonly Pattern[] = PATTERNS.filter(({ kind }) => kind === 'email');

/** The shapes that also the name of an issuer is cleaned of; the rest of it is public. */
export const PERSONAL: readonly Pattern[] = PATTERNS.filter(({ kind }) => kind === 'email' || kind === 'id').slice(0, 4);
