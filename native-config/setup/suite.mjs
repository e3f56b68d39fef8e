import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modules, node24, root } from './places.mjs';
import { openly } from './run.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult */

/**
 * Counts a report of vitest's JSON reporter. A file that fails outside its tests (it does not load, a hook throws) counts as one
 * failure, and so does a run that ended badly for a reason that no test shows.
 * @param {{ testResults: FileResult[] }} report
 * @param {boolean} ended whether vitest ended with 0
 * @returns {Count}
 */
export function count(report, ended) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const broken = tests.filter(({ status }) => status === 'failed').length;
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  const failed = broken + unloaded.length;
  return { passed, failed: failed === 0 && !ended ? 1 : failed, skipped: tests.length - passed - broken };
}

/**
 * Runs vitest on this terminal.
 * @param {readonly string[]} args more for vitest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Count} one failure when it left no report
 */
export function runTests(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-tests-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(modules, 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const ended = openly(node24(), [vitest, 'run', ...reporters, ...args], { cwd: root, env });
    return count(JSON.parse(readFileSync(report, 'utf8')), ended);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
