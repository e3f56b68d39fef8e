import { describe, expect, it } from 'vitest';
import { excerpt } from '../../native-config/setup/run.mjs';
import { count } from '../../native-config/setup/suite.mjs';

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((name) => ({ status: name })) });

describe('the count of a test run', () => {
  it('adds up over files; what neither passed nor failed was skipped', () => {
    const report = { testResults: [file('passed', 'passed', 'skipped', 'pending'), file('failed', 'passed', 'failed', 'todo')] };
    expect(count(report, false)).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });

  it('has a failure for a file that did not load', () => {
    expect(count({ testResults: [file('failed'), file('passed', 'passed')] }, false)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  it('has a failure for a run that ended badly although every test passed', () => {
    expect(count({ testResults: [file('passed', 'passed')] }, false)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('is nothing when nothing ran', () => {
    expect(count({ testResults: [] }, true)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe('an excerpt of output', () => {
  it('is all of a short one, and the first and last lines of a long one', () => {
    expect(excerpt('a\nb')).toBe('a\nb');
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    expect(excerpt(lines.join('\n')).split('\n')).toEqual([...lines.slice(0, 12), '…', ...lines.slice(83)]);
  });
});
