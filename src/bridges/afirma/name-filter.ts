import { attributeType, type NameAttribute } from './names.ts';

/** A condition on a name. */
export type NameFilter = (attributes: readonly NameAttribute[]) => boolean;

const LONGEST = 4_096;
const DEEPEST = 20;

/**
 * Reads a search filter (RFC 2254, section 4): `&`, `|`, `!`, and comparisons by `=` with `*`, `~=`, `>=`, `<=`. Values compare
 * without regard to case; outer parentheses may be left out. Null for what is none, and for one too long or too deep.
 */
export function readNameFilter(text: string): NameFilter | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return null;
  const reader = new Reader(trimmed.startsWith('(') ? trimmed : `(${trimmed})`);
  const filter = reader.filter(0);
  return reader.atEnd ? filter : null;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  filter(depth: number): NameFilter | null {
    this.#skip();
    if (depth > DEEPEST || !this.#take('(')) return null;
    this.#skip();
    const filter = this.#inner(depth);
    this.#skip();
    return filter !== null && this.#take(')') ? filter : null;
  }

  #inner(depth: number): NameFilter | null {
    if (this.#take('!')) {
      const negated = this.filter(depth + 1);
      return negated === null ? null : (attributes) => !negated(attributes);
    }
    if (this.#take('&')) {
      const all = this.#list(depth);
      return all === null ? null : (attributes) => all.every((each) => each(attributes));
    }
    if (this.#take('|')) {
      const any = this.#list(depth);
      return any === null ? null : (attributes) => any.some((each) => each(attributes));
    }
    return this.#comparison();
  }

  #list(depth: number): NameFilter[] | null {
    const filters: NameFilter[] = [];
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] !== '(') return filters;
      const filter = this.filter(depth + 1);
      if (filter === null) return null;
      filters.push(filter);
    }
  }

  #comparison(): NameFilter | null {
    const end = this.#text.indexOf(')', this.#at);
    const [, name = '', sign = '', value = ''] = /^([\w.-]+)\s*([~<>]?=)([\s\S]*)$/.exec(this.#text.slice(this.#at, end)) ?? [];
    if (end < 0 || name === '') return null;
    this.#at = end;
    const type = attributeType(name);
    const matches = comparison(sign, value.trim());
    return (attributes) => attributes.some((attribute) => attribute.type === type && matches(attribute.value.toLowerCase()));
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}

function comparison(sign: string, value: string): (actual: string) => boolean {
  if (sign === '>=' || sign === '<=') {
    const bound = unescaped(value).toLowerCase();
    return sign === '>=' ? (actual) => actual >= bound : (actual) => actual <= bound;
  }
  const pieces = value.split('*').map((piece) => unescaped(piece).toLowerCase());
  return (actual) => matchesPieces(actual, pieces);
}

/** True when the text is these pieces in this order with anything between them. */
function matchesPieces(actual: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return actual === first;
  if (!actual.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = actual.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return actual.length - last.length >= at && actual.endsWith(last);
}

function unescaped(value: string): string {
  return value.replace(/(?:\\[0-9A-Fa-f]{2})+/g, (octets) => Buffer.from(octets.replaceAll('\\', ''), 'hex').toString('utf8'));
}
