import { Type as TypeBox } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Type } from '../../src/schema/index.ts';

/** The same schemas, written once with TypeBox's own builders and once with ours. */
const written = (type: typeof Type) => ({
  strings: type.String({ minLength: 1, description: 'a text' }),
  bare: [type.String(), type.Integer(), type.Number(), type.Boolean(), type.Null()],
  numbers: type.Integer({ minimum: 1, maximum: 9, default: 3 }),
  lists: type.Array(type.String({ format: 'base64' }), { minItems: 1, maxItems: 10 }),
  choices: type.Union([type.Literal('a'), type.Literal(2), type.Null()], { description: 'one of them' }),
  tables: type.Record(type.String(), type.Union([type.String(), type.Boolean()])),
  raw: type.Unsafe<'x'>({ type: 'string', enum: ['x'] }),
  objects: type.Object(
    {
      needed: type.String(),
      maybe: type.Optional(type.Integer({ default: 1 })),
      inner: type.Object({ only: type.Optional(type.Boolean()) }, { additionalProperties: false, default: {} }),
    },
    { additionalProperties: false, title: 'Thing' },
  ),
  empty: type.Object({}),
});

describe('the builders', () => {
  const [ours, theirs] = [written(Type), written(TypeBox as unknown as typeof Type)];
  it.each(Object.keys(ours) as (keyof typeof ours)[])('make of %s what TypeBox makes', (name) => {
    expect(JSON.parse(JSON.stringify(ours[name]))).toEqual(JSON.parse(JSON.stringify(theirs[name])));
  });
});
