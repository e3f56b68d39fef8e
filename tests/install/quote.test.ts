import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forBatch, forDesktop, forShell, forUnit, forWindows, forXml } from '../../src/install/quote.ts';

it('gives a shell any word as it is', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\0\uD800-\uDFFF]/g, ''));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const said = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(forShell).join(' ')}`], { encoding: 'utf8' });
      expect(said).toBe(words.map((each) => `${each}\0`).join(''));
    }),
    { numRuns: 5 },
  );
});

it.each([
  [forUnit, '/a b/$x "q" 100%\\', '"/a b/$$x \\"q\\" 100%%\\\\"'],
  [forDesktop, '/a b/$x "q" 100%\\', '"/a b/\\\\$x \\\\"q\\\\" 100%%\\\\\\\\"'],
  [forBatch, 'C:\\Users\\100% Zoë\\x', '"C:\\Users\\100%% Zoë\\x"'],
  [forWindows, 'C:\\a b\\', '"C:\\a b\\\\"'],
  [forWindows, 'say "x\\"', '"say \\"x\\\\\\""'],
  [forXml, 'a<b>&"c"', 'a&lt;b&gt;&amp;&quot;c&quot;'],
])('%o writes %j as %j', (quote, word, written) => {
  expect(quote(word)).toBe(written);
});
