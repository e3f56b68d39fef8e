import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { KeySpec } from './provision.ts';
import type { Ended } from './run.ts';

const libraries = [
  '/usr/lib/x86_64-linux-gnu/pkcs11/libopencryptoki.so',
  '/usr/lib/aarch64-linux-gnu/pkcs11/libopencryptoki.so',
  '/usr/lib64/pkcs11/libopencryptoki.so',
  '/usr/lib/pkcs11/libopencryptoki.so',
];
const here = join(import.meta.dirname, 'opencryptoki');

/** The module's path on this machine; the first candidate when there is none. */
export const OPENCRYPTOKI_LIBRARY: string = libraries.find((path) => existsSync(path)) ?? '/usr/lib/pkcs11/libopencryptoki.so';

export interface InsideOptions {
  env?: NodeJS.ProcessEnv;
  /** RSA only (openCryptoki 3.8 has no EC); one RSA-2048 key when not given. */
  keys?: readonly KeySpec[];
  /** Ended (SIGKILL, everything inside with it) after so many milliseconds; 120,000 when not given. */
  timeoutMs?: number;
}

/** A command that runs inside the namespace, with the token ready. */
export interface Inside {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Sends a signal to the command (its process id in here is not its id in there). */
  signal(name: NodeJS.Signals): void;
  /** Ends the namespace and all that runs in it, at once. */
  kill(): void;
  /** The command's exit code (137 after SIGKILL, 128 after another signal); null when the namespace was killed. */
  ended: Promise<Pick<Ended, 'code' | 'signal'>>;
}

function unshareFlags(): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return [...user, '--mount', '--ipc', '--pid', '--fork', '--mount-proc', '--kill-child'];
}

/** Why there can be no openCryptoki token here (a package, or a right the kernel withholds), or undefined when there can. */
export function missing(): string | undefined {
  if (process.platform !== 'linux') return 'openCryptoki runs on Linux only';
  if (!existsSync(OPENCRYPTOKI_LIBRARY) || !existsSync('/usr/sbin/pkcsslotd')) {
    return 'openCryptoki is not installed (Debian: apt-get install opencryptoki)';
  }
  const tried = spawnSync('unshare', [...unshareFlags(), 'mount', '-t', 'tmpfs', 'tmpfs', '/run'], { encoding: 'utf8' });
  if (tried.error) return 'unshare is not installed (Debian: apt-get install util-linux)';
  return tried.status === 0 ? undefined : `the kernel refuses private namespaces: ${tried.stderr.trim()}`;
}

/**
 * Starts `command` in a namespace where an openCryptoki token is ready: label "Signet locking", the practice PINs, three tries,
 * a key with its certificate. What is known of it is JSON (ProvisionedToken) in the file that OPENCRYPTOKI_TOKEN names, in
 * there. Files outside /run, /dev/shm and the package's own are shared with the outside, and so is the network.
 */
export function startInOpencryptoki(command: string, args: readonly string[], options: InsideOptions = {}): Inside {
  const keys = JSON.stringify(options.keys ?? [{ kind: 'rsa2048' }]);
  const inside = [process.execPath, join(here, 'inside.ts'), OPENCRYPTOKI_LIBRARY, keys, command, ...args];
  const child = spawn('unshare', [...unshareFlags(), 'sh', join(here, 'namespace.sh'), ...inside], {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 120_000,
    killSignal: 'SIGKILL',
  }) as ChildProcessByStdio<Writable, Readable, Readable>;
  const control = child.stdio[3] as Writable;
  // The pipes of a command that has ended are broken, which its exit code tells better.
  for (const pipe of [control, child.stdin]) pipe.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    signal: (name) => control.write(`${name}\n`),
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    }),
  };
}

/** Runs a Node script (TypeScript too) inside, to its end; standard input is empty. Rejects only when it cannot be started. */
export async function runInOpencryptoki(script: string, options: InsideOptions & { args?: string[] } = {}): Promise<Ended> {
  const inside = startInOpencryptoki(process.execPath, [script, ...(options.args ?? [])], options);
  inside.stdin.end();
  const [stdout, stderr, end] = await Promise.all([text(inside.stdout), text(inside.stderr), inside.ended]);
  return { ...end, stdout, stderr };
}
