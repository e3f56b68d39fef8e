import { describe, expect, it } from 'vitest';
import type { DiagnosticResult } from '../../src/client/index.ts';
import { areasOf, heldUpBy, replaced, startOf } from '../../src/console/pages/doctor/findings.ts';

function result(id: string, kind: DiagnosticResult['result'], more: Partial<DiagnosticResult> = {}): DiagnosticResult {
  return {
    id,
    title: id,
    severity: 'error',
    result: kind,
    evidence: {},
    found: `${id} ${kind}`,
    fix: null,
    dependsOn: [],
    durationMs: 1,
    ...more,
  };
}

describe('where to start', () => {
  it('is what the doctor named, with everything that it found wrong there', () => {
    const all = [result('a.x', 'fail'), result('b.y', 'fail', { subject: 's2' }), result('b.y', 'pass', { subject: 's1' })];
    expect(startOf(all, 'b.y')).toMatchObject({ id: 'b.y', result: 'fail', findings: [{ subject: 's2' }] });
  });

  it('is the gravest that is left once the named one has been mended', () => {
    const all = [
      result('a.x', 'fail', { severity: 'warning' }),
      result('b.y', 'pass'),
      result('c.z', 'fail', { severity: 'error' }),
    ];
    expect(startOf(all, 'b.y')?.id).toBe('c.z');
  });

  it('is a warning only where nothing failed, and nowhere where there are but hints', () => {
    expect(startOf([result('a.x', 'warn', { severity: 'warning' }), result('b.y', 'fail')], null)?.id).toBe('b.y');
    expect(startOf([result('a.x', 'warn', { severity: 'warning' })], 'a.x')?.id).toBe('a.x');
    expect(startOf([result('a.x', 'warn', { severity: 'notice' })], 'a.x')).toBeNull();
    expect(startOf([result('a.x', 'unknown'), result('a.y', 'pass')], null)).toBeNull();
  });
});

describe('what a failure holds up', () => {
  it('is what was left out because of it, at any remove, and no ring of reasons hangs the page', () => {
    const all = [
      result('a.x', 'fail'),
      result('b.y', 'skip', { skippedBecause: 'depends:a.x' }),
      result('c.z', 'skip', { skippedBecause: 'depends:b.y' }),
      result('d.p', 'skip', { skippedBecause: 'platform' }),
      result('e.r', 'skip', { skippedBecause: 'depends:f.s' }),
      result('f.s', 'skip', { skippedBecause: 'depends:e.r' }),
    ];
    expect(heldUpBy('a.x', all)).toBe(2);
    expect(heldUpBy('e.z', all)).toBe(0);
  });
});

describe('a check that is made anew', () => {
  it('takes the place of all its old findings, where they stood', () => {
    const before = [
      result('a.x', 'pass'),
      result('b.y', 'fail', { subject: '1' }),
      result('b.y', 'fail', { subject: '2' }),
      result('c.z', 'pass'),
    ];
    const once = replaced(before, result('b.y', 'pass', { subject: '1' }), true);
    const twice = replaced(once, result('b.y', 'warn', { subject: '2' }), false);
    expect(twice.map(({ id, result: kind }) => `${id} ${kind}`)).toEqual(['a.x pass', 'b.y pass', 'b.y warn', 'c.z pass']);
  });

  it('comes last when it is new', () => {
    expect(replaced([result('a.x', 'pass')], result('z.z', 'pass'), true).map(({ id }) => id)).toEqual(['a.x', 'z.z']);
  });
});

describe('areas', () => {
  it('stand in the order in which they were told, worst finding of a check first, what was left out apart', () => {
    const areas = areasOf([
      result('os.a', 'pass'),
      result('pin.b', 'pass', { subject: '1' }),
      result('pin.b', 'fail', { subject: '2' }),
      result('os.c', 'skip'),
    ]);
    expect(areas.map(({ name }) => name)).toEqual(['os', 'pin']);
    expect(areas[0]).toMatchObject({ checks: [{ id: 'os.a' }], skipped: [{ id: 'os.c' }] });
    expect(areas[1]?.checks).toMatchObject([{ result: 'fail', findings: [{ subject: '2' }, { subject: '1' }] }]);
  });
});
