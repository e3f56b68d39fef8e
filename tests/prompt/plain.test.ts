import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, plain, shownOrigin } from '../../src/prompt/plain.ts';

describe('a stranger’s text', () => {
  it.each([
    ['a line\nand\r\nanother\u2028one\u0085more', 'a line and another one more'],
    ['tab\tbell\u0007 null\u0000', 'tab bell null'],
    ['\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['contract\u202efdp.exe', 'contractfdp.exe'],
    ['\u2066\u200fa\u200b\ufeffb\u00ad', 'ab'],
    ['half \ud800 a pair', 'half a pair'],
    ['\u3164\u2800 \u00a0', ''],
    ['  much   room ', 'much room'],
    ['e\u0301te\u0301', 'été'],
    ['José Ñandú', 'José Ñandú'],
    ['Договор №7.pdf', 'Договор №7.pdf'],
    ['契約書.pdf', '契約書.pdf'],
  ])('%j is shown as %j', (text, shown) => {
    expect(plain(text, 60)).toBe(shown);
  });

  it('keeps few marks on a letter', () => {
    expect([...plain(`z${'\u0336'.repeat(500)}a`, 60)]).toHaveLength(5);
  });

  it('is cut in the middle, so that its kind can be seen', () => {
    expect(plain(`${'x'.repeat(10_000)}.pdf.exe`, 20)).toBe('xxxxxxxxxx…x.pdf.exe');
    expect(plain('x'.repeat(20), 20)).toBe('x'.repeat(20));
  });

  it('has no control, format or line character, and is never wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (text, columns) => {
        const shown = plain(text, columns);
        expect(columnsOf(shown)).toBeLessThanOrEqual(columns);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]| {2}|^ | $/u);
      }),
    );
  });

  it('costs little however long it is', () => {
    const before = performance.now();
    plain('e\u0301'.repeat(2_000_000), 60);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe('an origin', () => {
  it.each([
    ['https://sede.example.es', 'https://sede.example.es'],
    ['https://sеde.example', 'https://xn--sde-rdd.example'],
    ['https://münchen.example', 'https://xn--mnchen-3ya.example'],
    ['https://sede.example.es:8443', 'https://sede.example.es:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    [
      `https://${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example`,
      `https://${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example`,
    ],
    ['nothing\u202e of\nthe kínd', 'nothing of the k?nd'],
  ])('%j is shown as %j', (origin, shown) => {
    expect(shownOrigin(origin)).toBe(shown);
  });
});
