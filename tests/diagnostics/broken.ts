import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { doctorBeside } from '../../src/daemon/diagnose.ts';
import type { Report } from '../../src/diagnostics/index.ts';
import { runOrThrow } from '../backends/run.ts';
import { type DriverSetting, writeConfig } from '../fixture/index.ts';

/** What every machine may lack, and what a run from beside says of the daemon that is not there. */
const ELSEWHERE = /^(ext|daemon|net|api)\./;

/** A folder for one test, removed at its end. */
export function folder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'signet-doctor-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Has the doctor look from beside, with these drivers and no others. */
export async function examine(home: string, drivers: readonly DriverSetting[], settings = {}): Promise<Report> {
  const { doctor, close } = doctorBeside({ config: writeConfig(home, drivers, settings) }, { PATH: process.env.PATH });
  try {
    return await doctor.run();
  } finally {
    await close();
  }
}

/** Holds that one check failed and no other, that it is where to start, and that these were left out because of it. */
export function expectRootCause(report: Report, id: string, leftOut: readonly string[]): void {
  const failed = report.checks.filter(({ result }) => result === 'fail').map((check) => check.id);
  expect([...new Set(failed)].filter((each) => !ELSEWHERE.test(each))).toEqual([id]);
  expect(report.summary.startHere).toBe(id);
  for (const each of leftOut) expect(resultOf(report, each), each).toEqual(['skip']);
}

/** The results of a check, one per subject. */
export function resultOf(report: Report, id: string): string[] {
  return report.checks.filter((check) => check.id === id).map(({ result }) => result);
}

/** The one text of a check's failure. */
export function failureOf(report: Report, id: string): { found: string; fix: string | null } {
  const failures = report.checks.filter((check) => check.id === id && check.result === 'fail');
  expect(failures).toHaveLength(1);
  return { found: failures[0]?.found ?? '', fix: failures[0]?.fix ?? null };
}

/** Builds a shared library from C. */
export async function library(path: string, source: string, flags: readonly string[] = []): Promise<string> {
  writeFileSync(`${path}.c`, source);
  await runOrThrow('gcc', ['-shared', '-fPIC', '-o', path, `${path}.c`, ...flags]);
  return path;
}
