import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { hostEnvironment } from './environment.ts';
import type { CapturedOutput } from './output.ts';
import { HOST_SETTINGS, type HostSettings } from './protocol.ts';

/** A host keeps next to nothing: without these V8 lets its memory grow by tens of megabytes before it looks for garbage. */
const FLAGS = ['--no-warnings', '--max-semi-space-size=1', '--optimize-for-size', '--single-threaded-gc'];

/** A running host process with one stream per lane. */
export interface HostProcess {
  /** 0 when it could not be started. */
  pid: number;
  lanes: Duplex[];
  /** How it ended, such as "SIGSEGV" or "exit 0"; never rejects. What it had written is read before. */
  gone: Promise<string>;
  /** Ends it now; a host inside a library call hears nothing softer. */
  kill(): void;
  /** Has it log out, finalise the library and leave once the call it is in is over; killed after `patience` milliseconds. */
  end(patience: number): void;
}

/** Starts a host. Its output goes, masked, to `output`. A start that fails ends at once, with the reason. */
export function spawnHost(
  settings: HostSettings,
  environment: Readonly<Record<string, string>>,
  output: CapturedOutput,
): HostProcess {
  // On Windows both ends of a pipe must be opened for overlapped operation; elsewhere the word means the same as "pipe".
  const lanes = Array.from({ length: settings.lanes }, () => 'overlapped' as const);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...FLAGS, hostEntry()], {
      stdio: ['ignore', 'pipe', 'pipe', ...lanes],
      env: { ...hostEnvironment(process.env, environment), [HOST_SETTINGS]: JSON.stringify(settings) },
      windowsHide: true,
    });
  } catch (error) {
    return neverStarted(error);
  }
  child.stdout?.on('data', output.stream());
  child.stderr?.on('data', output.stream());
  const streams = (child.stdio ?? []).slice(3) as Duplex[];
  let patience: NodeJS.Timeout | undefined;
  const gone = new Promise<string>((resolve) => {
    const exited = (how: string): void => {
      clearTimeout(patience);
      // One more round of input: what the host wrote before it ended comes before the news of its end.
      setImmediate(() => {
        resolve(how);
        for (const stream of streams) stream.destroy();
      });
    };
    child.once('error', (error) => exited(error.message));
    child.once('exit', (code, signal) => exited(signal ?? `exit ${code}`));
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  return {
    pid: child.pid ?? 0,
    lanes: streams,
    gone,
    kill,
    end: (milliseconds) => {
      streams[0]?.end();
      patience ??= setTimeout(kill, milliseconds);
    },
  };
}

function neverStarted(error: unknown): HostProcess {
  const how = error instanceof Error ? error.message : String(error);
  return { pid: 0, lanes: [], gone: Promise.resolve(how), kill: () => undefined, end: () => undefined };
}

function hostEntry(): string {
  const typescript = fileURLToPath(new URL('./host/main.ts', import.meta.url));
  return existsSync(typescript) ? typescript : fileURLToPath(new URL('./host/main.js', import.meta.url));
}
