import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { findSoftHsm } from '../../src/practice/index.ts';

/** The SoftHSM2 library of this machine; the tests cannot run without one. */
export function library(): string {
  const path = findSoftHsm();
  if (!path) throw new Error('SoftHSM2 is not installed');
  return path;
}

/** A new state directory, removed when the test ends. */
export function stateDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signet-practice-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Digest, mode and time of every file and folder below `folder`, by relative name. */
export function snapshot(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const walk = (path: string) => {
    const { mode, mtimeMs } = statSync(path);
    const isFolder = statSync(path).isDirectory();
    const content = isFolder ? '' : createHash('sha256').update(readFileSync(path)).digest('hex');
    seen[relative(folder, path)] = `${(mode & 0o777).toString(8)} ${mtimeMs} ${content}`;
    if (isFolder) for (const name of readdirSync(path)) walk(join(path, name));
  };
  walk(folder);
  return seen;
}

/** Runs a program to its end; throws with its complaint unless it ends with 0. Gives its standard output. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Buffer {
  const { status, stdout, stderr, error } = spawnSync(command, args, { env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.toString()}${stdout?.toString() ?? ''}`);
  return stdout;
}
