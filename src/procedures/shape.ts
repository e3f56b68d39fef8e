import { readFileSync } from 'node:fs';
import type { Finding } from './check.ts';
import { pointerStep } from './json-source.ts';
import type { Procedure } from './procedure.ts';

/** The keywords of JSON Schema (2020-12) that procedure.schema.json is written with. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  enum?: string[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: false;
}

let loaded: Schema | undefined;
const patterns = new Map<string, RegExp>();

/**
 * Holds a parsed file against procedure.schema.json. The procedure comes back without what is for editors only. The schema is
 * followed node by node, because a compiled validator of it would keep 15 MB resident; a test holds the two equal.
 */
export function checkShape(value: unknown): { procedure: Procedure } | { findings: Finding[] } {
  loaded ??= JSON.parse(readFileSync(new URL('./procedure.schema.json', import.meta.url), 'utf8')) as Schema;
  const findings: Finding[] = [];
  new Shape(loaded, findings).check(loaded, value, '');
  if (findings.length > 0) return { findings };
  const { $schema: _, ...procedure } = value as Procedure & { $schema?: string };
  return { procedure };
}

class Shape {
  readonly #root: Schema;
  readonly #findings: Finding[];

  constructor(root: Schema, findings: Finding[]) {
    this.#root = root;
    this.#findings = findings;
  }

  check(given: Schema, value: unknown, pointer: string): void {
    const schema = this.#resolved(given);
    const kind = kindOf(value);
    const kinds = schema.type === undefined ? [] : [schema.type].flat();
    if (kinds.length > 0 && !kinds.includes(kind) && !(kind === 'integer' && kinds.includes('number'))) {
      this.#found(pointer, 'type', { expected: kinds.join(', ') });
    } else if (schema.enum !== undefined && !schema.enum.includes(value as string)) {
      this.#found(pointer, 'one_of', { expected: schema.enum.join(', ') });
    } else if (typeof value === 'string') this.#string(schema, value, pointer);
    else if (typeof value === 'number') this.#number(schema, value, pointer);
    else if (Array.isArray(value)) this.#array(schema, value, pointer);
    else if (value !== null && typeof value === 'object') this.#object(schema, value as Record<string, unknown>, pointer);
  }

  #string({ minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern }: Schema, value: string, pointer: string): void {
    const length = [...value].length;
    if (length < minLength) this.#found(pointer, 'blank');
    else if (length > maxLength) this.#found(pointer, 'too_long', { most: maxLength });
    else if (pattern !== undefined && !compiled(pattern).test(value)) this.#found(pointer, 'form', { expected: pattern });
  }

  #number({ minimum, maximum }: Schema, value: number, pointer: string): void {
    if (minimum !== undefined && value < minimum) this.#found(pointer, 'range', { expected: `>= ${minimum}` });
    if (maximum !== undefined && value > maximum) this.#found(pointer, 'range', { expected: `<= ${maximum}` });
  }

  #array(schema: Schema, value: readonly unknown[], pointer: string): void {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems = false, items = {} } = schema;
    if (value.length < minItems) this.#found(pointer, 'blank');
    if (value.length > maxItems) this.#found(pointer, 'too_long', { most: maxItems });
    if (uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) this.#found(pointer, 'same_item');
    for (const [n, item] of value.entries()) this.check(items, item, `${pointer}/${n}`);
  }

  #object({ required = [], properties = {} }: Schema, value: Record<string, unknown>, pointer: string): void {
    for (const name of required) if (!Object.hasOwn(value, name)) this.#found(pointer, 'missing', { name });
    for (const [name, member] of Object.entries(value)) {
      const below = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const place = pointer + pointerStep(name);
      if (below === undefined) this.#found(place, 'unknown_member', { name: name.slice(0, 60) });
      else this.check(below, member, place);
    }
  }

  #resolved(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const target = this.#root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`the schema has no ${schema.$ref}`);
    return target;
  }

  #found(pointer: string, code: string, params: Finding['params'] = {}): void {
    this.#findings.push({ pointer, code, params });
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u');
  patterns.set(pattern, known);
  return known;
}
