import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { hostScriptOf, isOwnHost, launchOf } from './own-host.ts';

/** What a browser would find behind a native messaging manifest. */
export type HostAnswer =
  /** Not started: the script is not one that starts the host of this very Signet. */
  | { outcome: 'foreign' }
  /** It ran and ended by itself; `greeting` is the version that it told, null where it tells none. */
  | { outcome: 'ended'; code: number | null; host: string; greeting: string | null }
  | { outcome: 'hung' }
  | { outcome: 'error'; code: string };

/** Longest that a host may take to start and end, in milliseconds: an extension waits five seconds for its greeting. */
const PATIENCE = 5_000;
const LONGEST_SCRIPT = 16 * 1024;
const LONGEST_OUTPUT = 64 * 1024;

/**
 * Starts the program of a manifest as a browser would, with its input at an end: it greets, where its protocol has it greet, and
 * ends. Only the script that starts this Signet's own host is started, and it asks the daemon nothing. Never rejects.
 */
export function greet(script: string, signal: AbortSignal, env: NodeJS.ProcessEnv): Promise<HostAnswer> {
  const host = ownHost(script);
  const launch = launchOf(script, process.platform, env);
  if (host === null || launch === null) return Promise.resolve({ outcome: 'foreign' });
  return new Promise((resolve) => {
    const child = spawn(launch.file, [...launch.args], {
      env: launch.env,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsVerbatimArguments: launch.verbatim,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (answer: HostAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', hang);
      endAll(child, env);
      resolve(answer);
    };
    const hang = (): void => end({ outcome: 'hung' });
    const timer = setTimeout(hang, PATIENCE);
    signal.addEventListener('abort', hang, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST_OUTPUT) chunks.push(chunk);
    });
    child.once('error', (error: NodeJS.ErrnoException) => end({ outcome: 'error', code: error.code ?? 'unknown' }));
    child.once('close', (code) => end({ outcome: 'ended', code, host, greeting: greetingIn(Buffer.concat(chunks)) }));
    if (signal.aborted) hang();
  });
}

/** On Windows the host is the child of the command line that we started, and would outlive it. */
function endAll(child: ChildProcess, env: NodeJS.ProcessEnv): void {
  const { pid, exitCode, signalCode } = child;
  if (process.platform === 'win32' && pid !== undefined && exitCode === null && signalCode === null) {
    const program = join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(program, ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).once('error', () => child.kill());
    return;
  }
  child.kill('SIGKILL');
}

/** The name of the host that a script starts, when it is this Signet's own. */
function ownHost(script: string): string | null {
  try {
    if (!statSync(script).isFile() || statSync(script).size > LONGEST_SCRIPT) return null;
    const found = hostScriptOf(readFileSync(script, 'utf8'), process.platform);
    return found !== null && isOwnHost(found.program) ? found.host : null;
  } catch {
    return null;
  }
}

/** `version` in the first message of a native messaging stream; null when there is none. */
function greetingIn(bytes: Buffer): string | null {
  if (bytes.length < 4) return null;
  const length = endianness() === 'LE' ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
  try {
    const { version } = JSON.parse(bytes.subarray(4, 4 + length).toString('utf8')) as { version?: unknown };
    return typeof version === 'string' ? version.slice(0, 60) : null;
  } catch {
    return null;
  }
}
