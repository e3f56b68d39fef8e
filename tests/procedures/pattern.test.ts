import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, PatternError } from '../../src/procedures/pattern.ts';

describe('a pattern', () => {
  it.each([
    ['O=Acme', 'CN=x,O=ACME,C=FR', true],
    ['^O=Acme$', 'O=acme', true],
    ['^O=Acme$', 'O=acme!', false],
    ['(^|[,+])O=[^,+]*\\bacme\\b', 'CN=x,O=The acme firm', true],
    ['(^|[,+])O=[^,+]*\\bacme\\b', 'CN=x,O=acmes', false],
    ['a{2,3}b', 'xaaab', true],
    ['^a{2,3}b', 'ab', false],
    ['^(ab|cd){2}$', 'abcd', true],
    ['^(?:ab)*$', '', true],
    ['^[\\d.-]+$', '12.3-4', true],
    ['^[^a-f]$', 'C', false],
    ['E\\.T\\.', 'A.E.T.', true],
    ['\\Bb', 'ab', true],
    ['é', 'É', true],
    ['^.$', '😀', true],
    ['^[a-]$', '-', true],
    ['^\\w+?\\s\\S$', 'abc d', true],
  ])('%s on %s: %s', (pattern, text, fits) => {
    expect(compilePattern(pattern)(text)).toBe(fits);
  });

  it.each([
    ['a'.repeat(201), 'too_long'],
    ['(a{100}){100}', 'too_large'],
    ['((((((){99}){99}){99}){99}){99}){99}', 'too_large'],
    ['(?=a)b', 'unsupported'],
    ['(?<name>a)', 'unsupported'],
    ['(a)\\1', 'unsupported'],
    ['\\p', 'unsupported'],
    ['(a', 'unfinished'],
    ['a)', 'unfinished'],
    ['[a', 'unfinished'],
    ['[b-a]', 'unfinished'],
    ['a\\', 'unfinished'],
    ['a{2', 'unfinished'],
    ['a{3,2}', 'unfinished'],
    ['a{999}', 'unfinished'],
    ['*a', 'nothing_to_repeat'],
    ['a**', 'nothing_to_repeat'],
    ['^*', 'nothing_to_repeat'],
  ])('%s is refused: %s', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(new PatternError(reason as PatternError['reason']));
  });

  it.each(['(a+)+$', '(a|aa)+$', '(a*)*b', '(.*.*.*)*x', '(a?){50}a{50}$'])('%s cannot be made slow', (pattern) => {
    const fits = compilePattern(pattern);
    const before = performance.now();
    fits(`${'a'.repeat(2_047)}!`);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('looks at no text that is longer than a name can be', () => {
    expect(compilePattern('a')('a'.repeat(2_049))).toBe(false);
  });

  it('agrees with the regular expressions of JavaScript', () => {
    const atom = fc.constantFrom('a', 'B', '.', '\\d', '[ab]', '[^a]', '\\b', '(a|b)', '(?:ab)', '^', '$', '-', '\\.');
    const times = fc.constantFrom('', '', '*', '+', '?', '{1,2}', '+?');
    const piece = fc.tuple(atom, times).map(([one, many]) => (/^(\\b|\^|\$)$/.test(one) ? one : one + many));
    const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', '-', '.', ' '), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(compilePattern(source)(subject)).toBe(new RegExp(source, 'i').test(subject));
      }),
      { numRuns: 2_000 },
    );
  });
});
