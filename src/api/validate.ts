import { Ajv, type ErrorObject } from 'ajv';
import type { FastifyInstance } from 'fastify';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64, padded or not (the contract accepts both): whole groups, no stray characters, no impossible remainder. */
export function isBase64(text: string): boolean {
  if (!BASE64.test(text)) return false;
  const unpadded = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (unpadded % 4 === 1) return false;
  return unpadded === text.length || text.length % 4 === 0;
}

const FORMATS = { base64: isBase64, password: true, 'date-time': true } as const;

/** Validators: bodies exactly as they came, query strings with their numbers read from text. */
export function useValidators(app: FastifyInstance): void {
  const strict = new Ajv({ coerceTypes: false, useDefaults: true, allErrors: false, strict: false, formats: FORMATS });
  const fromText = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: false, strict: false, formats: FORMATS });
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : fromText).compile(schema as object));
}

/** What was wrong where, without any value that was sent: a PIN in the wrong field must not come back. */
export function fieldErrors(errors: readonly Partial<ErrorObject>[], part: string): { field: string; expected: string }[] {
  return errors.map(({ instancePath, keyword, message, params }) => {
    const path = `${part}${(instancePath ?? '').replaceAll('/', '.')}`;
    const named = params as
      | { missingProperty?: string; additionalProperty?: string; allowedValues?: unknown[]; format?: string }
      | undefined;
    if (keyword === 'required') return { field: `${path}.${named?.missingProperty}`, expected: 'to be present' };
    if (keyword === 'additionalProperties')
      return { field: `${path}.${clip(named?.additionalProperty)}`, expected: 'not to be there: the field is unknown' };
    if (keyword === 'enum') return { field: path, expected: `one of ${(named?.allowedValues ?? []).join(', ')}` };
    if (keyword === 'format')
      return { field: path, expected: named?.format === 'base64' ? 'standard base64' : `the format ${named?.format}` };
    return { field: path, expected: message ?? 'something else' };
  });
}

function clip(name: string | undefined): string {
  const text = name ?? '';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
