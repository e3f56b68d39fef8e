import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareName } from '../../src/prompt/index.ts';

describe('a bare file name', () => {
  it.each([
    ['solicitud 42.pdf', 'solicitud 42.pdf'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\me\\x.txt', 'x.txt'],
    ['../../.bashrc', 'bashrc'],
    ['.', 'file'],
    ['..', 'file'],
    ['a/', 'file'],
    ['', 'file'],
    ['\u202efdp.exe', 'fdp.exe'],
    ['a\u0000b\nc.txt', 'ab c.txt'],
    ['a:b|c"<d>?*.txt', 'a_b_c__d___.txt'],
    ['nul', '_nul'],
    ['COM1.txt', '_COM1.txt'],
    ['console.txt', 'console.txt'],
    ['x.txt. . ', 'x.txt'],
  ])('of %j is %j', (name, bare) => {
    expect(bareName(name, 'file')).toBe(bare);
  });

  it('is one that every file system takes, whatever it is made of', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('\u{1d504}'.repeat(300), `a${'\u0301'.repeat(3_000)}`, '\u{20000}'.repeat(500), '../'.repeat(2_000)),
    );
    fc.assert(
      fc.property(hostile, (name) => {
        const bare = bareName(name, 'file');
        expect(Buffer.byteLength(bare)).toBeLessThanOrEqual(230);
        expect(bare).not.toMatch(/^\.|[.\s]$|[<>:"|?*\\/]|\p{Cc}|\p{Cf}/u);
        expect(bare).not.toBe('');
      }),
    );
  });
});
