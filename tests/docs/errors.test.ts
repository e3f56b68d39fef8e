import { describe, expect, it } from 'vitest';
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/errors/index.ts';
import { errorTexts } from '../../src/messages/index.ts';
import { Document } from './document.ts';

const document = new Document('docs/errors.md');
const documented = document.headings.filter(({ level }) => level === 3).map(({ title }) => title.replaceAll('`', ''));

describe('docs/errors.md', () => {
  it('has each code once, and no other', () => {
    expect([...documented].sort()).toEqual([...ERROR_CODES].sort());
  });

  it.each(ERROR_CODES)('says of %s its title, status and exit code, what it means and what to do', (code: ErrorCode) => {
    const text = document.section(`\`${code}\``).join('\n').trim();
    const { status, exit } = ERRORS[code];
    expect(text.split('\n')[0]).toBe(`**${errorTexts(code).title}** · HTTP ${status} · exit ${exit}`);
    expect(text.split('\n\n').length).toBeGreaterThanOrEqual(3);
    expect(text).toMatch(/^What to do: ./m);
  });

  it('explains each exit code', () => {
    const exits = new Set([0, 1, ...Object.values(ERRORS).map(({ exit }) => exit)]);
    const explained = document.lines.flatMap((line) => /^\| (\d) +\|/.exec(line)?.[1] ?? []).map(Number);
    expect(explained).toEqual([...exits].sort());
  });
});
