import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { language, Stop, text } from '../../native-config/setup/say.mjs';
import { root } from './checkout.ts';

const setup = join(root, 'native-config', 'setup');
const catalogue: Record<string, Record<string, string>> = JSON.parse(readFileSync(join(setup, 'messages.json'), 'utf8'));

describe('the language', () => {
  it.each([
    [{ LC_ALL: 'fr_FR.UTF-8', LANG: 'es_ES.UTF-8' }, 'fr'],
    [{ LC_MESSAGES: 'es_MX', LANG: 'fr_FR' }, 'es'],
    [{ LC_ALL: '', LANG: 'fr' }, 'fr'],
    [{ LANG: 'C.UTF-8' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: '__proto__' }, 'en'],
    [{}, 'en'],
  ])('of %j is %s', (env, expected) => {
    expect(language(env)).toBe(expected);
  });
});

describe('the catalogue', () => {
  const english = Object.entries(catalogue.en ?? {});
  const blanks = (message: string) => (message.match(/\{\w+\}/g) ?? []).sort();

  it.each(['fr', 'es'])('has every message in %s, with the same blanks', (name) => {
    expect(Object.keys(catalogue[name] ?? {})).toEqual(english.map(([key]) => key));
    for (const [key, message] of english) expect([key, blanks(catalogue[name]?.[key] ?? '')]).toEqual([key, blanks(message)]);
  });

  it('holds what the scripts say, and nothing else', () => {
    const scripts = [...readdirSync(setup).map((name) => join(setup, name)), join(root, 'native-config', 'signet.mjs')].filter(
      (name) => name.endsWith('.mjs'),
    );
    const code = scripts.map((name) => readFileSync(name, 'utf8')).join('\n');
    const said = [...code.matchAll(/(?:\bsay|\btext|new Stop)\('(\w+)'/g)].map(([, key]) => key);
    expect([...new Set(said)].sort()).toEqual(english.map(([key]) => key).sort());
  });

  it('fills in what it is given and leaves the rest', () => {
    expect(text('practiceMade', { root: '$& {root}' }, { LANG: 'es' })).toBe('Token de práctica creado en $& {root}');
    expect(text('practiceMade', {}, {})).toBe('Practice token made in {root}');
    expect(text('no such message', {}, {})).toBe('no such message');
  });

  it('gives a stop its message and exit code', () => {
    expect(new Stop('notBuilt')).toMatchObject({ message: text('notBuilt'), exitCode: 3 });
    expect(new Stop('buildFailed', { output: 'x' }, 1).exitCode).toBe(1);
  });
});
