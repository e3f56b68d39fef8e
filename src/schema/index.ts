import type { Type as TypeBox } from 'typebox';

export type { Static } from 'typebox';

const OPTIONAL = Symbol('optional');

type Schema = Record<string | symbol, unknown>;

/** The part of TypeBox that Signet's schemas are written with. */
type Builders = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unsafe'
>;

const plain =
  (type: string) =>
  (options: Schema = {}): Schema => ({ type, ...options });

const builders = {
  Array: (items: Schema, options: Schema = {}): Schema => ({ type: 'array', items, ...options }),
  Boolean: plain('boolean'),
  Integer: plain('integer'),
  Literal: (value: unknown, options: Schema = {}): Schema => ({ type: typeof value, const: value, ...options }),
  Null: plain('null'),
  Number: plain('number'),
  Object: (properties: Record<string, Schema>, options: Schema = {}): Schema => {
    const required = Object.keys(properties).filter((name) => properties[name]?.[OPTIONAL] !== true);
    return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options };
  },
  Optional: (schema: Schema): Schema => ({ ...schema, [OPTIONAL]: true }),
  Record: (_key: Schema, value: Schema, options: Schema = {}): Schema => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  String: plain('string'),
  Union: (anyOf: Schema[], options: Schema = {}): Schema => ({ anyOf, ...options }),
  Unsafe: (schema: Schema): Schema => schema,
};

/**
 * TypeBox's builders with TypeBox's types, made here at run time: the library itself keeps 16 MB resident and adds 60 ms to each
 * start of a daemon that idles all day. A test holds what these make equal to what TypeBox makes.
 */
export const Type = builders as unknown as Builders;
