import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSourceError, parseJsonSource } from '../../src/procedures/json-source.ts';

describe('a JSON text with its lines', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), fc.constantFrom(0, 1, 2), (text, indent) => {
        const value = JSON.parse(text) as unknown;
        fc.pre(!text.includes('__proto__') && text.isWellFormed() && !/\\u[dD][89a-fA-F]/.test(text));
        expect(parseJsonSource(JSON.stringify(value, null, indent)).value).toEqual(value);
      }),
    );
  });

  it('takes the control characters that JSON allows in a string, and only those', () => {
    const allowed = Array.from({ length: 33 }, (_, at) => String.fromCodePoint(0x7f + at)).join('');
    expect(parseJsonSource(JSON.stringify([allowed])).value).toEqual([allowed]);
    for (let code = 0; code < 0x20; code += 1)
      expect(() => parseJsonSource(`["${String.fromCodePoint(code)}"]`), `U+${code.toString(16)}`).toThrow(JsonSourceError);
  });

  it('knows the line of every node', () => {
    const { lineOf } = parseJsonSource('\n{\n  "a": [1,\n    {"b/c":\n 2}],\r\n  "d~": null\n}');
    const lines = ['', '/a', '/a/0', '/a/1', '/a/1/b~1c', '/d~0'].map(lineOf);
    expect(lines).toEqual([2, 3, 3, 4, 4, 6]);
    expect(lineOf('/a/1/none/of/these')).toBe(4);
    expect(lineOf('/none')).toBe(2);
  });

  it.each([
    ['{\n"a": 1,\n}', 'syntax', 3],
    ['{"a" 1}', 'syntax', 1],
    ['{\n"a": tru}', 'syntax', 2],
    ['[1 2]', 'syntax', 1],
    ['{"a": 01}', 'syntax', 1],
    ["{'a': 1}", 'syntax', 1],
    ['{} {}', 'syntax', 1],
    ['{"a": "x\ny"}', 'syntax', 1],
    ['{"a": "\\x"}', 'syntax', 1],
    ['{"a": "\\ud800"}', 'syntax', 1],
    ['\n\n[1,', 'ends_early', 3],
    ['', 'ends_early', 1],
    [`\n${'['.repeat(30)}`, 'nesting', 2],
    ['['.repeat(200_000), 'nesting', 1],
    ['{"a": 1,\n"a": 2}', 'twice', 2],
    ['{\n"__proto__": {"polluted": true}}', 'forbidden_key', 2],
  ])('%j is refused: %s on line %i', (text, code, line) => {
    let error: unknown;
    try {
      parseJsonSource(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(JsonSourceError);
    expect(error).toMatchObject({ code, line });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
