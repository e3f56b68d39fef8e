import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The root of the checkout under test. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A new folder, removed when the test ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'signet-setup-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Writes files by relative name below `base`. */
export function write(base: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), content);
  }
}

/** A small checkout with the real set-up scripts and the sources given; `node_modules` is the real one unless told otherwise. */
export function checkout(sources: Readonly<Record<string, string>>, { dependencies = true } = {}): string {
  const base = folder();
  for (const name of ['native-config', 'softhsm', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(base, name), { recursive: true });
  }
  if (dependencies) symlinkSync(join(root, 'node_modules'), join(base, 'node_modules'));
  write(base, sources);
  return base;
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a script of a checkout to its end, in English unless `env` says otherwise. */
export function run(base: string, script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(base, script), ...args], {
    cwd: base,
    env: { PATH: process.env.PATH, HOME: base, LANG: 'C', ...env },
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

/** Starts a script; `said` resolves once its output holds `text`, `ended` when it is over. It is killed with the test at the latest. */
export function start(base: string, script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(base, script), ...args], {
    cwd: base,
    env: { PATH: process.env.PATH, HOME: base, LANG: 'C', ...env },
  });
  let out = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => out.includes(text) && resolve();
      listeners.add(look);
      ended.then(() => reject(new Error(`ended without saying ${text}: ${out}`)));
      look();
    });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, said, ended };
}
