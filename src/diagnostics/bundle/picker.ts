import type { Pseudonyms } from './pseudonyms.ts';
import type { Redactor } from './redact.ts';

/** An object of which nothing is known yet. */
export type Loose = Readonly<Record<string, unknown>>;

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/**
 * Takes single values over into the document, each by its kind. Nothing gets in but through one of these: what has no picker
 * is left out, and what is no closed word, number or time goes through the redactor.
 */
export class Picker {
  readonly #redactor: Redactor;
  readonly #pseudonyms: Pseudonyms;
  /** Values that are words of Signet's own and cannot be personal. */
  readonly words = new Set<string>();

  constructor(redactor: Redactor, pseudonyms: Pseudonyms) {
    this.#redactor = redactor;
    this.#pseudonyms = pseudonyms;
  }

  /** Free text, cleaned and cut. */
  text(value: unknown, longest = 500): string | null {
    return typeof value === 'string' ? this.#redactor.text(value.slice(0, longest * 2)).slice(0, longest) : null;
  }

  path(value: unknown): string | null {
    return typeof value === 'string' ? this.#redactor.path(value.slice(0, 4_096)) : null;
  }

  issuer(value: unknown): string | null {
    return typeof value === 'string' ? this.#redactor.issuer(value.slice(0, 2_000)) : null;
  }

  /** Id of a token, which may be long gone. */
  token(value: unknown): string | null {
    return typeof value === 'string' && value !== '' ? this.#pseudonyms.of('token', value) : null;
  }

  /** Who asked: the user's own programs, or a name that somebody made up. */
  caller(value: unknown): string | null {
    if (typeof value !== 'string' || value === '') return null;
    return value === 'local' || value === 'signet' ? this.#word(value) : this.#pseudonyms.of('client', value);
  }

  number(value: unknown): number | null {
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  flag(value: unknown): boolean | null {
    return typeof value === 'boolean' ? value : null;
  }

  /** ISO 8601 in UTC. */
  time(value: unknown): string | null {
    return typeof value === 'string' && TIME.test(value) ? this.#word(value) : null;
  }

  /** One of a few words. */
  word(value: unknown, of: readonly string[]): string | null {
    return typeof value === 'string' && of.includes(value) ? this.#word(value) : null;
  }

  /** A name of Signet's own making, such as a check's id or an error's code. */
  code(value: unknown, shape = /^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/): string | null {
    return typeof value === 'string' && value.length <= 80 && shape.test(value) ? this.#word(value) : null;
  }

  /** Several of a kind; what is none of it is left out. */
  all<T>(value: unknown, most: number, pick: (one: unknown) => T | null): T[] {
    if (!Array.isArray(value)) return [];
    return value.slice(0, most).flatMap((one) => {
      const picked = pick(one);
      return picked === null ? [] : [picked];
    });
  }

  #word(value: string): string {
    this.words.add(value);
    return value;
  }
}

/** The value as an object to pick from; empty when it is none. */
export function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}
