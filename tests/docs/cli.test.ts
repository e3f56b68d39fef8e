import { describe, expect, it } from 'vitest';
import { problemWith } from './command-line.ts';
import { codeOf, Document, documents, tableRows } from './document.ts';
import { leaves, program, SHARED, usageOf } from './program.ts';

const document = new Document('docs/cli.md');
const all = leaves().map((leaf) => ({ ...leaf, usage: usageOf(leaf) }));

describe('docs/cli.md', () => {
  it('has every command with its arguments, and no other', () => {
    const documented = document.headings
      .filter(({ level, title }) => level === 3 && title.startsWith('`'))
      .map(({ title }) => codeOf(title));
    expect([...documented].sort()).toEqual(all.map(({ usage }) => usage).sort());
  });

  it.each(all)('has the options of $usage', ({ usage, words, command }) => {
    const own = command.options
      .map(({ flags }) => flags)
      .filter((flags) => words[0] === 'serve' || !SHARED.includes(flags.split(' ')[0] ?? ''));
    const documented = tableRows(document.section(`\`${usage}\``)).map(([option]) => codeOf(option));
    expect([...documented].sort()).toEqual([...own].sort());
  });

  it('says which options every command has', () => {
    const shared = tableRows(document.lines.slice(0, document.lines.indexOf('## Commands'))).map(
      ([option]) => codeOf(option)?.split(' ')[0],
    );
    expect(shared).toEqual(SHARED);
    for (const { words, command } of all) {
      if (words[0] !== 'serve') expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(SHARED));
    }
  });
});

describe('a command line in a document', () => {
  const lines = documents().flatMap(({ path, blocks, code }) => {
    const pasted = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
    const all = [...pasted.map((line) => ({ line, named: false })), ...code.map((line) => ({ line, named: true }))];
    return all.filter(({ line }) => /^(npx )?signet( |$)/.test(line)).map((found) => ({ path, ...found }));
  });

  it('is found', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  it.each(lines)('exists: $line ($path)', ({ line, named }) => {
    expect(problemWith(line, program(), named)).toBeUndefined();
  });

  it.each([
    ['signet oracle', 'no command oracle'],
    ['signet sign', 'signet sign lacks an argument'],
    ['signet sign a b', 'signet sign takes fewer arguments'],
    ['signet sign a --loud', 'signet sign has no option --loud'],
    ['signet sign a --out', 'signet sign --out needs a value'],
    ['signet sign "a b" --pin-stdin < pin.txt', undefined],
    ['npx signet clients add x --scope status,sign', undefined],
  ])('is judged by the real command line: %s', (line, problem) => {
    expect(problemWith(line, program())).toBe(problem);
  });
});
