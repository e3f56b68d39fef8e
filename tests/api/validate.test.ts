import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldErrors, isBase64 } from '../../src/api/validate.ts';

describe('base64', () => {
  it('takes what encoders write, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        return isBase64(text) && isBase64(text.replace(/=+$/, ''));
      }),
    );
  });

  it.each(['A', 'AAAAA', 'AA=A', '=AAA', 'AAAA=', 'AAAAAA=', 'AA-_', 'AA A', 'AAAA\n', 'AA==AA==', '====', 'é'])(
    'refuses %j',
    (text) => {
      expect(isBase64(text)).toBe(false);
    },
  );

  it('judges a long text in time', () => {
    const started = performance.now();
    expect(isBase64(`${'A'.repeat(4_000_000)}*`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('what is said of a bad field', () => {
  const params = { missingProperty: 'a', additionalProperty: 'x'.repeat(500), allowedValues: ['p1363', 'der'], format: 'base64' };

  it.each([
    ['required', 'body.a', 'to be present'],
    ['enum', 'body', 'one of p1363, der'],
    ['format', 'body', 'standard base64'],
  ])('%s', (keyword, field, expected) => {
    expect(fieldErrors([{ instancePath: '', keyword, params }], 'body')).toEqual([{ field, expected }]);
  });

  it('names an unknown field, but not at any length', () => {
    const [told] = fieldErrors([{ instancePath: '', keyword: 'additionalProperties', params }], 'body');
    expect(told?.field).toBe(`body.${'x'.repeat(60)}…`);
  });

  it('says where in an array', () => {
    const error = { instancePath: '/digests/3', keyword: 'type', message: 'must be string', params: {} };
    expect(fieldErrors([error], 'body')).toEqual([{ field: 'body.digests.3', expected: 'must be string' }]);
  });
});
