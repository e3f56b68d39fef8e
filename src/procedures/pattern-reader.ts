/** Most repetitions of one piece. */
const MAX_REPEAT = 100;

/** A pattern that cannot be used; `pattern_` before `reason` names its text under `procedures.refusal`. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly reason: 'too_long' | 'too_large' | 'unsupported' | 'unfinished' | 'nothing_to_repeat';

  constructor(reason: PatternError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** Whether a character fits. */
export type Test = (character: string) => boolean;
/** A place between characters. */
export type Place = 'start' | 'end' | 'edge' | 'inside';
/** A pattern taken apart. */
export type Node =
  | { kind: 'one'; test: Test }
  | { kind: 'place'; place: Place }
  | { kind: 'row'; parts: Node[] }
  | { kind: 'choice'; options: Node[] }
  | { kind: 'repeat'; body: Node; least: number; most: number };

/** Whether there is a character of a word, as `\w` means it. */
export function isWord(character: string | undefined): boolean {
  return character !== undefined && /^\w$/.test(character);
}

const CLASSES: Readonly<Record<string, Test>> = {
  d: (character) => /^\d$/.test(character),
  D: (character) => !/^\d$/.test(character),
  w: isWord,
  W: (character) => !isWord(character),
  s: (character) => /^\s$/.test(character),
  S: (character) => !/^\s$/.test(character),
};

/** Takes a pattern apart; `whole` throws PatternError. */
export class PatternReader {
  readonly #source: string[];
  #at = 0;

  constructor(source: string) {
    this.#source = [...source];
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new PatternError('unfinished');
    return node;
  }

  #choice(): Node {
    const options = [this.#row()];
    while (this.#takes('|')) options.push(this.#row());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  #row(): Node {
    const parts: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      parts.push(this.#repeated());
    }
    return { kind: 'row', parts };
  }

  #repeated(): Node {
    const body = this.#atom();
    const times = this.#times();
    if (times === null) return body;
    // Whether it takes much or little first makes no difference to whether it matches.
    this.#takes('?');
    if (body.kind === 'place' || this.#times() !== null) throw new PatternError('nothing_to_repeat');
    return { kind: 'repeat', body, ...times };
  }

  #times(): { least: number; most: number } | null {
    if (this.#takes('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#takes('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#takes('?')) return { least: 0, most: 1 };
    if (!this.#takes('{')) return null;
    const inside = this.#until('}');
    const [, from = '', comma, to = ''] = /^(\d{1,3})(,(\d{0,3}))?$/.exec(inside) ?? [];
    const least = Number(from);
    const most = comma === undefined ? least : to === '' ? Number.POSITIVE_INFINITY : Number(to);
    if (from === '' || most < least || least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT))
      throw new PatternError('unfinished');
    return { least, most };
  }

  #atom(): Node {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'one', test: this.#class() };
      case '.':
        return { kind: 'one', test: (other) => other !== '\n' && other !== '\r' };
      case '^':
        return { kind: 'place', place: 'start' };
      case '$':
        return { kind: 'place', place: 'end' };
      case '\\':
        return this.#escaped();
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError('nothing_to_repeat');
      case ']':
      case '}':
        throw new PatternError('unfinished');
      default:
        return { kind: 'one', test: same(character) };
    }
  }

  #group(): Node {
    if (this.#takes('?') && !this.#takes(':')) throw new PatternError('unsupported');
    const inside = this.#choice();
    if (!this.#takes(')')) throw new PatternError('unfinished');
    return inside;
  }

  #escaped(): Node {
    const character = this.#next();
    if (character === 'b') return { kind: 'place', place: 'edge' };
    if (character === 'B') return { kind: 'place', place: 'inside' };
    return { kind: 'one', test: classOf(character) ?? same(literal(character)) };
  }

  #class(): Test {
    const negated = this.#takes('^');
    const tests: Test[] = [];
    while (!this.#takes(']')) {
      const first = this.#next();
      const set = first === '\\' ? this.#classEscape() : first;
      if (typeof set !== 'string') {
        tests.push(set);
      } else if (this.#peek() === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at += 1;
        const second = this.#next();
        const last = second === '\\' ? this.#classEscape() : second;
        if (typeof last !== 'string' || last < set) throw new PatternError('unfinished');
        tests.push((character) => character >= set && character <= last);
      } else {
        tests.push((character) => character === set);
      }
    }
    const holds: Test = (character) => tests.some((test) => test(character.toLowerCase()) || test(character.toUpperCase()));
    return negated ? (character) => !holds(character) : holds;
  }

  #classEscape(): string | Test {
    const character = this.#next();
    return classOf(character) ?? literal(character);
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #next(): string {
    const character = this.#source[this.#at];
    if (character === undefined) throw new PatternError('unfinished');
    this.#at += 1;
    return character;
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #until(end: string): string {
    let text = '';
    for (let next = this.#next(); next !== end; next = this.#next()) text += next;
    return text;
  }
}

function same(wanted: string): Test {
  const lower = wanted.toLowerCase();
  return (character) => character.toLowerCase() === lower;
}

function classOf(letter: string): Test | null {
  return Object.hasOwn(CLASSES, letter) ? (CLASSES[letter] ?? null) : null;
}

/** What an escaped character stands for: itself, if it is no letter or digit that might mean something else elsewhere. */
function literal(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) throw new PatternError('unsupported');
  return character;
}
