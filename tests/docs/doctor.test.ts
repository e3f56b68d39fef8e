import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/diagnostics/index.ts';
import { codeOf, Document, tableRows } from './document.ts';

const document = new Document('docs/doctor.md');
const rows = tableRows(document.section('Checks'));

describe('docs/doctor.md', () => {
  it('has every check, in the order in which they are told, and no other', () => {
    expect(rows.map(([id]) => codeOf(id))).toEqual(CHECKS.map(({ id }) => id));
  });

  it.each(CHECKS)('says of $id how bad it is, what it needs and what it looks at', ({ id, severity, dependsOn, platforms }) => {
    const [, bad, needs = '', looks = ''] = rows.find(([first]) => codeOf(first) === id) ?? [];
    expect(bad).toBe(severity);
    expect([...needs.matchAll(/`([^`]+)`/g)].map(([, parent]) => parent)).toEqual([...dependsOn]);
    expect(looks.length).toBeGreaterThan(15);
    expect(looks.endsWith('(Linux)')).toBe(platforms?.length === 1 && platforms[0] === 'linux');
  });
});
