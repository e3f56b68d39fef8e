import { createHmac } from 'node:crypto';
import { codeOf } from './code.ts';
import { foldWord } from './fold.ts';
import { encodedForms } from './forms.ts';

/** What a pseudonym stands for; its first part, so that a reader knows what is hidden. */
export type Kind =
  | 'case'
  | 'cert'
  | 'client'
  | 'email'
  | 'hex'
  | 'host'
  | 'iban'
  | 'id'
  | 'name'
  | 'number'
  | 'opaque'
  | 'org'
  | 'phone'
  | 'serial'
  | 'site'
  | 'token'
  | 'user';

/** A value that must not leave, as it is looked for: folded, and what stands in its place. */
export interface Needle {
  text: string;
  name: string;
  /** Short ones count only as whole words. */
  word: boolean;
  /** What the value has before its first and after its last letter or digit, such as a bracket: it goes too. */
  head: string;
  tail: string;
}

/** Below so many characters a value is looked for as a whole word only. */
const WORD_BELOW = 6;
/** Below so many it is not looked for by itself: it would be found in everything. */
const SHORTEST = 3;

/**
 * The names that stand for personal values in one bundle. They follow from the value and a salt that nobody keeps: the same
 * value has the same name throughout one bundle, another in the next, and none leads back.
 */
export class Pseudonyms {
  readonly #salt: Buffer;
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #plain = new Map<string, string>();
  readonly #edges = new Map<string, [head: string, tail: string]>();
  readonly #encoded = new Map<string, string>();
  #sorted: { plain: Needle[]; encoded: Needle[] } | null = null;

  /** `salt`: random, for this bundle only. */
  constructor(salt: Buffer) {
    this.#salt = salt;
  }

  /** The name that stands for a value: `serial-7QK2`. */
  name(kind: Kind, value: string): string {
    const key = `${kind}\0${foldWord(value) || value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.#salt).update(key).digest();
    let length = 4;
    let made = `${kind}-${codeOf(digest, length)}`;
    while (this.#taken.has(made)) made = `${kind}-${codeOf(digest, ++length)}`;
    this.#taken.add(made);
    this.#names.set(key, made);
    return made;
  }

  /** Names a value and has it looked for everywhere; `as` gives it the name of another. The first naming stays. */
  know(kind: Kind, value: string, as?: string): string {
    const folded = foldWord(value);
    const earlier = this.#plain.get(folded);
    if (earlier !== undefined) return earlier;
    const name = as ?? this.name(kind, value);
    if (folded.length < SHORTEST) return name;
    this.#sorted = null;
    this.#plain.set(folded, name);
    this.#edges.set(folded, [/^[^\p{L}\p{N}]*/u.exec(value)?.[0] ?? '', /[^\p{L}\p{N}\p{M}]*$/u.exec(value)?.[0] ?? '']);
    const reversed = foldWord([...value].reverse().join(''));
    if (folded.length >= WORD_BELOW && !this.#plain.has(reversed)) this.#plain.set(reversed, name);
    for (const form of encodedForms(value)) if (!this.#encoded.has(form)) this.#encoded.set(form, name);
    return name;
  }

  /** The name of a value that may be known already, under whatever kind; one that is not is named and no more. */
  of(kind: Kind, value: string): string {
    return this.#plain.get(foldWord(value)) ?? this.name(kind, value);
  }

  /** What is looked for, longest first. */
  needles(): { plain: readonly Needle[]; encoded: readonly Needle[] } {
    this.#sorted ??= { plain: sorted(this.#plain, this.#edges), encoded: sorted(this.#encoded) };
    return this.#sorted;
  }
}

function sorted(forms: Map<string, string>, edges: ReadonlyMap<string, [string, string]> = new Map()): Needle[] {
  return [...forms]
    .map(([text, name]) => {
      const [head, tail] = edges.get(text) ?? ['', ''];
      return { text, name, word: text.length < WORD_BELOW, head, tail };
    })
    .sort((a, b) => b.text.length - a.text.length || (a.text < b.text ? -1 : 1));
}
