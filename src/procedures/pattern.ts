import { isWord, type Node, PatternError, PatternReader, type Place, type Test } from './pattern-reader.ts';

export { PatternError } from './pattern-reader.ts';

/** Longest pattern, most states of a compiled one, and longest text that is looked at. */
const MAX_PATTERN = 200;
const MAX_STATES = 2_000;
/** Most pieces put together: `(){100}` repeats nothing and makes no state, and nested it would be put together for ever. */
const MAX_LINKS = 10_000;
const MAX_SUBJECT = 2_048;

type State =
  | { kind: 'one'; test: Test; next: number }
  | { kind: 'place'; place: Place; next: number }
  | { kind: 'fork'; next: number[] }
  | { kind: 'done' };

class States extends Array<State> {
  links = 0;

  constructor() {
    super({ kind: 'done' });
  }
}

/**
 * Compiles a regular expression of the usual kind (characters, `.`, classes, groups, `|`, `* + ? {n,m}`, `^ $ \b`, `\d \w \s`),
 * matched without case anywhere in a text. All states are followed at once (K. Thompson, CACM 11:6, 1968), so the time it takes
 * grows with text times pattern and never explodes, whoever wrote the pattern. No look-around and no back references: they have
 * no such bound. Texts of more than 2,048 characters never match. Throws PatternError.
 */
export function compilePattern(source: string): (text: string) => boolean {
  if (source.length > MAX_PATTERN) throw new PatternError('too_long');
  const states = new States();
  const start = link(new PatternReader(source).whole(), 0, states);
  return (text) => text.length <= MAX_SUBJECT && run(states, start, [...text]);
}

/** Adds a node's states in front of `next`; returns its first state. */
function link(node: Node, next: number, states: States): number {
  states.links += 1;
  if (states.length > MAX_STATES || states.links > MAX_LINKS) throw new PatternError('too_large');
  const add = (state: State): number => states.push(state) - 1;
  switch (node.kind) {
    case 'one':
      return add({ ...node, next });
    case 'place':
      return add({ ...node, next });
    case 'row':
      return node.parts.reduceRight((after, part) => link(part, after, states), next);
    case 'choice':
      return add({ kind: 'fork', next: node.options.map((option) => link(option, next, states)) });
    case 'repeat': {
      const { body, least, most } = node;
      let first = next;
      if (most === Number.POSITIVE_INFINITY) {
        const fork = { kind: 'fork' as const, next: [next] };
        first = add(fork);
        fork.next.push(link(body, first, states));
      } else {
        for (let n = least; n < most; n += 1) first = add({ kind: 'fork', next: [link(body, first, states), next] });
      }
      for (let n = 0; n < least; n += 1) first = link(body, first, states);
      return first;
    }
  }
}

function run(states: readonly State[], start: number, characters: readonly string[]): boolean {
  let current = new Set<number>();
  for (let at = 0; ; at += 1) {
    if (reach(states, start, current, characters, at)) return true;
    const character = characters[at];
    if (character === undefined) return false;
    const following = new Set<number>();
    for (const index of current) {
      const state = states[index];
      if (state?.kind === 'one' && state.test(character) && reach(states, state.next, following, characters, at + 1)) return true;
    }
    current = following;
  }
}

/** Adds every state that can be reached without a character; true when the end is among them. */
function reach(states: readonly State[], from: number, into: Set<number>, characters: readonly string[], at: number): boolean {
  const open = [from];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const state = states[index];
    if (state === undefined || into.has(index)) continue;
    into.add(index);
    if (state.kind === 'done') return true;
    if (state.kind === 'fork') open.push(...state.next);
    if (state.kind === 'place' && isAt(state.place, characters, at)) open.push(state.next);
  }
  return false;
}

function isAt(place: Place, characters: readonly string[], at: number): boolean {
  if (place === 'start') return at === 0;
  if (place === 'end') return at === characters.length;
  const edge = isWord(characters[at - 1]) !== isWord(characters[at]);
  return place === 'edge' ? edge : !edge;
}
