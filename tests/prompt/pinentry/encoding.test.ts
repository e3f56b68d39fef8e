import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, unescaped } from '../../../src/prompt/pinentry/encoding.ts';
import { Lines, LONGEST_LINE } from '../../../src/prompt/pinentry/lines.ts';

describe('an argument', () => {
  it('comes back as it went, and is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escaped(text)).not.toMatch(/[\r\n]/);
        expect(unescaped(Buffer.from(escaped(text))).toString()).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it.each([
    ['%41%4a%4A', 'AJJ'],
    ['100%', '100%'],
    ['%4', '%4'],
    ['%g1', '%g1'],
    ['%%41', '%A'],
    ['', ''],
  ])('%s stands for %s', (written, meant) => {
    expect(unescaped(Buffer.from(written)).toString()).toBe(meant);
  });
});

describe('lines', () => {
  function linesOf(...chunks: string[]): { lines: string[]; fit: boolean[] } {
    const reader = new Lines();
    const lines: string[] = [];
    const fit = chunks.map((chunk) => reader.push(Buffer.from(chunk), (line) => lines.push(line.toString())));
    return { lines, fit };
  }

  it('are the same wherever the chunks are cut', () => {
    const text = 'OK hello\nD 12%25\r\n\nOK\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(linesOf(...chunks).lines).toEqual(['OK hello', 'D 12%25', '', 'OK']);
      }),
    );
  });

  it('are no longer than Assuan allows', () => {
    expect(linesOf(`${'x'.repeat(LONGEST_LINE)}\n`)).toEqual({ lines: ['x'.repeat(LONGEST_LINE)], fit: [true] });
    expect(linesOf('x'.repeat(600), 'x'.repeat(600)).fit).toEqual([true, false]);
  });

  it('leave nothing of a PIN in the chunk or the line', () => {
    const chunk = Buffer.from('D 73915\nOK\n');
    const kept: Buffer[] = [];
    new Lines().push(chunk, (line) => kept.push(line));
    expect(chunk.every((byte) => byte === 0)).toBe(true);
    expect(kept.every((line) => line.every((byte) => byte === 0))).toBe(true);
  });
});
