import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSoftHsm, type SoftHsm, type SoftHsmOptions } from '../backends/softhsm.ts';

const program = join(import.meta.dirname, '../../src/cli/index.ts');

/** A daemon of its own with a SoftHSM2 token of its own, and a folder for files. */
export interface TestDaemon extends AsyncDisposable {
  token: SoftHsm;
  folder: string;
  runtimeDir: string;
  /** Environment for commands that talk to it. */
  env: NodeJS.ProcessEnv;
  /** What it has printed so far. */
  printed(): string;
  /** Ends it as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `signet serve` and waits until it has told all it tells at its start. */
export async function startDaemon(options: SoftHsmOptions = {}): Promise<TestDaemon> {
  const token = await createSoftHsm(options);
  const folder = mkdtempSync(join(tmpdir(), 'signet-cli-'));
  const runtimeDir = join(folder, 'run');
  const env = cleanEnvironment(folder);
  const serve = [
    'serve',
    '--port',
    '0',
    '--state-dir',
    join(folder, 'state'),
    '--runtime-dir',
    runtimeDir,
    '--driver',
    token.library,
  ];
  const child = spawn(process.execPath, [program, ...serve], {
    env: { ...env, ...token.env, SIGNET_CATALOGUE: '0', SIGNET_PRACTICE: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  await output.until(/Ctrl-C/);
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await new Promise((resolve) => child.once('close', resolve));
    }
    return child.exitCode;
  };
  return {
    token,
    folder,
    runtimeDir,
    env: { ...env, SIGNET_RUNTIME_DIR: runtimeDir },
    printed: output.text,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      token.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An environment in which nothing of the machine's own Signet shows. */
export function cleanEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, LANG: 'en_GB.UTF-8', SIGNET_CONFIG: join(folder, 'config.toml') };
}

/** How a command of the real program ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real program as a process of its own. */
export async function command(
  argv: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; input?: string },
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv], {
    env: options.env,
    cwd: options.cwd,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  // A command that refuses early does not read its input to the end.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

function collect(child: ChildProcess): { text(): string; until(pattern: RegExp): Promise<void> } {
  let text = '';
  const waiting: (() => void)[] = [];
  const add = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    for (const look of waiting) look();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return {
    text: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(text)) resolve();
        };
        waiting.push(look);
        child.once('close', () => reject(new Error(`the daemon ended early:\n${text}`)));
        look();
      }),
  };
}
