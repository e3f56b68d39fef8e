import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

type Tree = { [key: string]: string | Tree };

const source = join(import.meta.dirname, '../../src');
const catalogue = JSON.parse(readFileSync(join(source, 'messages/en/console.json'), 'utf8')) as Tree;
const keys = flat(catalogue, 'console');
const code = readdirSync(join(source, 'console'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(source, 'console', file), 'utf8'))
  .join('\n');

function flat(tree: Tree, prefix: string): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}.${key}`] : flat(value, `${prefix}.${key}`),
  );
}

it('has a text for every key that the console names', () => {
  const named = [...code.matchAll(/'(console\.[a-z]+\.\w+)'/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(100);
  const missing = named.filter((key) => !keys.includes(key) && !keys.includes(`${key}_other`));
  expect([...new Set(missing)]).toEqual([]);
});

it('has no text of these pages that nothing names', () => {
  const prefixes = [...code.matchAll(/`(console\.[\w.]*)\$\{/g)].map((match) => match[1] ?? '');
  const named = new Set([...code.matchAll(/['`](console\.[\w.]+)['`]/g)].map((match) => match[1]));
  const unused = keys.filter(
    (key) =>
      !named.has(key) && !named.has(key.replace(/_(one|other)$/, '')) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});
