/** Deeper than this is no procedure but an attack on whoever reads it. */
const MAX_DEPTH = 20;

const BLANK = /[ \t\r\n]*/y;
// Raw control characters are no JSON below U+0020, and nothing that anybody writes above.
// Of the control characters JSON forbids only the first 32 (RFC 8259, 7).
const STRING = /"[[^"\\\p{Cc}]\u007F-\u009F]*(?:\\(?:["\\\/bfnrt]|u[0-9A-Fa-f]{4})[[^"\\\p{Cc}]\u007F-\u009F]*)*"/vy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Why a text is no JSON that is taken here, and on which line (from 1). */
export class JsonSourceError extends Error {
  override readonly name = 'JsonSourceError';
  readonly code: 'syntax' | 'ends_early' | 'nesting' | 'twice' | 'forbidden_key';
  readonly line: number;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: JsonSourceError['code'], line: number, params: Record<string, string | number> = {}) {
    super(`line ${line}: ${code}`);
    this.code = code;
    this.line = line;
    this.params = params;
  }
}

/** A parsed JSON text that still knows on which line each of its nodes stands. */
export interface JsonSource {
  value: unknown;
  /** Line of a node named by its JSON pointer (RFC 6901), or of the nearest one above it that exists. */
  lineOf(pointer: string): number;
}

/**
 * Parses JSON (RFC 8259) strictly: no member twice, no `__proto__`, no more than 20 levels. Throws JsonSourceError with the
 * line. JSON.parse tells neither lines nor repeated members.
 */
export function parseJsonSource(text: string): JsonSource {
  const reader = new Reader(text);
  const value = reader.whole();
  return {
    value,
    lineOf: (pointer) => {
      for (let path = pointer; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
        const line = reader.lines.get(path);
        if (line !== undefined) return line;
      }
      return reader.lines.get('') ?? 1;
    },
  };
}

/** A member's name as a step of a JSON pointer. */
export function pointerStep(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

class Reader {
  readonly lines = new Map<string, number>();
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    this.#skip();
    const value = this.#value('', 0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(pointer: string, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new JsonSourceError('nesting', this.#line, { most: MAX_DEPTH });
    if (!this.lines.has(pointer)) this.lines.set(pointer, this.#line);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(pointer, depth);
    if (first === '[') return this.#array(pointer, depth);
    if (first === '"') return this.#string();
    const word = this.#take(WORD) ?? this.#take(NUMBER);
    if (word === undefined) throw this.#unexpected();
    return JSON.parse(word) as unknown;
  }

  #object(pointer: string, depth: number): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    this.#items('}', () => {
      const line = this.#line;
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const name = this.#string();
      if (name === '__proto__') throw new JsonSourceError('forbidden_key', line, { name });
      if (Object.hasOwn(members, name)) throw new JsonSourceError('twice', line, { name: name.slice(0, 60) });
      this.lines.set(pointer + pointerStep(name), line);
      this.#skip();
      this.#expect(':');
      this.#skip();
      members[name] = this.#value(pointer + pointerStep(name), depth + 1);
    });
    return members;
  }

  #array(pointer: string, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#items(']', () => items.push(this.#value(pointer + pointerStep(items.length), depth + 1)));
    return items;
  }

  #items(end: string, read: () => void): void {
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      read();
      this.#skip();
      if (this.#text[this.#at] === end) break;
      this.#expect(',');
      this.#skip();
    }
    this.#at += 1;
  }

  #string(): string {
    const quoted = this.#take(STRING);
    if (quoted === undefined) throw new JsonSourceError('syntax', this.#line, { found: '"' });
    const text = JSON.parse(quoted) as string;
    if (!text.isWellFormed()) throw new JsonSourceError('syntax', this.#line, { found: '\\u' });
    return text;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected();
    this.#at += 1;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(): void {
    for (const character of this.#take(BLANK) ?? '') if (character === '\n') this.#line += 1;
  }

  #unexpected(): JsonSourceError {
    const found = this.#text[this.#at];
    if (found === undefined) return new JsonSourceError('ends_early', this.#line);
    return new JsonSourceError('syntax', this.#line, { found });
  }
}
