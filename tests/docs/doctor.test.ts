import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/diagnostics/index.ts';
import { codeOf, Document, tableRows } from './document.ts';

const document = new Document('docs/doctor.md');
const rows = tableRows(document.section('Checks'));

describe('docs/doctor.md', () => {
  it('has every check, in the order in which they are told, and no other', () => {
    expect(rows.map(([id]) => codeOf(id))).toEqual(CHECKS.map(({ id }) => id));
  });

  it.each(CHECKS)(
    'says of $id how bad it is, what it needs and what it looks at',
    ({ id, severity, dependsOn, platforms, optIn }) => {
      const [, bad, needs = '', looks = ''] = rows.find(([first]) => codeOf(first) === id) ?? [];
      expect(bad).toBe(severity);
      expect([...needs.matchAll(/`([^`]+)`/g)].map(([, parent]) => parent)).toEqual([...dependsOn]);
      expect(looks.length).toBeGreaterThan(15);
      expect(looks.endsWith('; only when asked for')).toBe(optIn === true);
      expect(looks.endsWith('(Linux)')).toBe(platforms?.length === 1 && platforms[0] === 'linux');
    },
  );

  it('counts those that ask other machines', () => {
    const words = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven'];
    const text = document.section('What asks other machines').join(' ');
    expect(text).toContain(`${words[CHECKS.filter(({ optIn }) => optIn === true).length]} checks ask other machines.`);
  });

  it('calls nothing unchecked that is a check', () => {
    const unchecked = tableRows(document.section('What is not checked, and why')).map(([what = '']) => what);
    expect(unchecked.length).toBeGreaterThan(4);
    for (const what of unchecked)
      for (const [, id] of what.matchAll(/`([a-z]+\.[a-z-]+)`/g))
        expect(CHECKS.map((check) => String(check.id))).not.toContain(id);
  });
});
