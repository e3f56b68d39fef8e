import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a command ended, and what it printed. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Killed (SIGKILL) after so many milliseconds; 60,000 when not given. */
  timeoutMs?: number;
}

/** Runs `command` to its end. Rejects only when it cannot be started; a bad exit is for the caller to judge. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // A child that ends without reading its input breaks the pipe; its exit says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
}

/** As `run`, for a command whose failure is ours: throws an Error with what it printed unless it exits with 0. */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code === 0) return ended;
  throw new Error(`${command} ended with ${ended.signal ?? ended.code}: ${ended.stderr.trim() || ended.stdout.trim()}`);
}
