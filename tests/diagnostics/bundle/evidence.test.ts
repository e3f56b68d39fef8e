import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { EVIDENCE } from '../../../src/diagnostics/bundle/evidence.ts';

const folder = resolve(import.meta.dirname, '../../../src/diagnostics/checks');

/** Names of the members of an object literal that begins at `at`, behind its brace. */
function members(text: string, at: number): string[] {
  const parts = [''];
  for (let depth = 1, index = at; depth > 0 && index < text.length; index += 1) {
    const character = text[index] ?? '';
    if ('{[('.includes(character)) depth += 1;
    if ('}])'.includes(character)) depth -= 1;
    if (depth === 1 && character === ',') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.flatMap((part) => /^\s*([A-Za-z0-9]+)/.exec(part)?.[1] ?? []);
}

it('names all evidence that a check has, so that none is lost on the way to the help desk', () => {
  const found = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/\bevidence(?::|\s*=)\s*\{/g)].flatMap((match) => members(text, match.index + match[0].length));
  });
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter((name) => !EVIDENCE.has(name))).toEqual([]);
});
