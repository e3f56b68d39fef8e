import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultOf, restoreDefault, setDefault } from '../../src/install/mimeapps.ts';

const TYPE = 'x-scheme-handler/afirma';
const OURS = 'signet-afirma.desktop';

describe('the default of a type', () => {
  it.each([
    ['', `[Default Applications]\n${TYPE}=${OURS}\n`],
    ['# mine', `# mine\n[Default Applications]\n${TYPE}=${OURS}\n`],
    [
      '[Added Associations]\nx=y;\n[Default Applications]\na/b=c.desktop\n[Removed Associations]\n',
      `[Added Associations]\nx=y;\n[Default Applications]\n${TYPE}=${OURS}\na/b=c.desktop\n[Removed Associations]\n`,
    ],
    [
      `[Added Associations]\n${TYPE}=z.desktop;\n[Default Applications]\n${TYPE} = z.desktop\n`,
      `[Added Associations]\n${TYPE}=z.desktop;\n[Default Applications]\n${TYPE}=${OURS}\n`,
    ],
  ])('is set in %j', (before, after) => {
    const edit = setDefault(before, TYPE, OURS);
    expect(edit.text).toBe(after);
    expect(defaultOf(edit.text, TYPE)).toBe(OURS);
    expect(restoreDefault(edit.text, TYPE, OURS, edit)).toBe(before);
  });

  it('is given back to the byte in any text', () => {
    const line = fc.constantFrom('', '[Default Applications]', '[Other]', `${TYPE}=z.desktop`, `${TYPE}=`, 'a/b=c', '#', ' ');
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, end) => {
        const before = lines.join('\n') + (end ? '\n' : '');
        const edit = setDefault(before, TYPE, OURS);
        expect(defaultOf(edit.text, TYPE)).toBe(OURS);
        expect(restoreDefault(edit.text, TYPE, OURS, edit)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('is found out of a file that was written anew since', () => {
    const edit = setDefault('', TYPE, OURS);
    const since = `[Default Applications]\na/b=c\n${TYPE}=${OURS}\nd/e=f\n`;
    expect(restoreDefault(since, TYPE, OURS, edit)).toBe('[Default Applications]\na/b=c\nd/e=f\n');
  });
});
