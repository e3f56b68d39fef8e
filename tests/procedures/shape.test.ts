import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Procedure, Procedures } from '../../src/procedures/index.ts';
import { checkShape } from '../../src/procedures/shape.ts';
import { sample } from './sample.ts';

const file = new URL('../../src/procedures/procedure.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const valid = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true }).compile<Procedure>(schema);

/** Every place in a value, as the steps that lead to it. */
function places(value: unknown, steps: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [steps];
  return [steps, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...steps, name]))];
}

/** The value with something else at a place, or nothing there. */
function changed(value: unknown, [first, ...rest]: readonly string[], put: unknown): unknown {
  if (first === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && put === undefined) delete copy[first];
  else copy[first] = changed(copy[first], rest, put);
  return JSON.parse(JSON.stringify(copy));
}

describe('the schema of procedures', () => {
  it('uses no keyword that is not followed', () => {
    const keywords = new Set<string>();
    const walk = (node: Record<string, unknown>): void => {
      for (const [keyword, value] of Object.entries(node)) {
        keywords.add(keyword);
        if (keyword === 'properties' || keyword === '$defs') for (const each of Object.values(value as object)) walk(each);
        if (keyword === 'items') walk(value as Record<string, unknown>);
        if (keyword === 'additionalProperties') expect(value).toBe(false);
        if (keyword === 'properties') expect(node.additionalProperties).toBe(false);
      }
    };
    walk(schema);
    const followed = '$ref $defs type enum minLength maxLength pattern minimum maximum minItems maxItems uniqueItems items';
    const others = 'required properties additionalProperties $schema $id title description';
    expect([...keywords].filter((each) => !`${followed} ${others}`.split(' ').includes(each))).toEqual([]);
  });

  it('is followed as a compiled validator follows it, whatever is changed in a file', () => {
    const all = new Procedures({ folders: [] }).list().map(({ procedure }) => procedure);
    const odd = fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      ' ',
      'x',
      'x'.repeat(3_000),
      -1,
      0,
      1.5,
      1e9,
      true,
      [],
      {},
      ['a', 'a'],
      [null],
      { en: 'x' },
      '2026-13',
      'unblock',
    );
    const any = fc.oneof(odd, fc.jsonValue({ maxDepth: 2 }));
    const change = fc
      .constantFrom(...all, sample())
      .chain((procedure) => fc.tuple(fc.constant(procedure), fc.constantFrom(...places(procedure)), any, fc.boolean()));
    fc.assert(
      fc.property(change, ([procedure, place, put, beside]) => {
        const value = changed(procedure, beside && place.length > 0 ? [...place.slice(0, -1), 'other'] : place, put);
        expect('procedure' in checkShape(value)).toBe(valid(value));
      }),
      { numRuns: 3_000 },
    );
  });
});
