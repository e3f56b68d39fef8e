import { execFile } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { greet } from './greet.ts';
import { type Reach, reacher } from './reach/reach.ts';
import type { FileFacts, Machine, ProgramAnswer, ReadOnlyProgram } from './view.ts';

const LONGEST_FILE = 1024 * 1024;
const LONGEST_OUTPUT = 64 * 1024;
const MOST_NAMES = 10_000;
/** Longest that a program may take when the check's signal does not end it before, in milliseconds. */
const PATIENCE = 5_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** Where the system keeps its own programs: never the PATH, which may lead anywhere. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
/** What a program is told of the surroundings: enough to find its service. */
const PASSED = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_SESSION_ID', 'HOME', 'SystemRoot'];
const MODE = { read: constants.R_OK, write: constants.W_OK, execute: constants.X_OK } as const;

/** This machine. Nothing here changes anything or waits longer than it must, and nothing but `reach` talks to another machine. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env, reach: Reach = reacher({ env })): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    env,
    home: homedir(),
    now: Date.now,
    file: fileFacts,
    folder: (path) => attempt(() => readdirSync(path).slice(0, MOST_NAMES)) ?? [],
    link: (path) => attempt(() => readlinkSync(path)),
    read: (path, limit = LONGEST_FILE) => attempt(() => readStart(path, Math.min(limit, LONGEST_FILE))),
    may: (path, what) => attempt(() => accessSync(path, MODE[what])) !== null,
    freeBytes: (path) =>
      attempt(() => {
        const { bavail, bsize } = statfsSync(path);
        return bavail * bsize;
      }),
    run: (program, args, signal) => run(program, args, signal, env),
    connect: tryConnect,
    get,
    greet: (script, signal) => greet(script, signal, env),
    reach,
  };
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function fileFacts(path: string): FileFacts {
  const nothing = { path, kind: null, mode: null, own: null, size: null, modifiedAt: null };
  try {
    const stats = statSync(path);
    return {
      path,
      kind: kindOf(stats),
      mode: stats.mode & 0o7777,
      own: process.getuid === undefined ? null : stats.uid === process.getuid(),
      size: stats.size,
      code: null,
      modifiedAt: stats.mtimeMs,
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { ...nothing, code: code === 'ENOENT' ? null : code };
  }
}

function kindOf(stats: Stats): FileFacts['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSocket() ? 'socket' : 'other';
}

/** The start of a regular file; a pipe or device could keep the reader waiting for ever. */
function readStart(path: string, limit: number): Buffer {
  if (!statSync(path).isFile()) throw new Error('not a file');
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const bytes = Buffer.alloc(limit);
    let length = 0;
    for (;;) {
      const got = readSync(file, bytes, length, limit - length, null);
      length += got;
      if (got === 0 || length === limit) return bytes.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

function run(
  program: ReadOnlyProgram,
  args: readonly string[],
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
): Promise<ProgramAnswer> {
  const path = programPath(program, env);
  if (path === null) return Promise.resolve({ code: null, signal: null, stdout: '', stderr: '', error: 'ENOENT' });
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const options = {
    env: { ...passed, LC_ALL: 'C', PATH: FOLDERS.join(':') },
    maxBuffer: LONGEST_OUTPUT,
    timeout: PATIENCE,
    killSignal: 'SIGKILL' as const,
    signal,
    windowsHide: true,
  };
  return new Promise((resolve) => {
    const child = execFile(path, [...args], options, (error, stdout, stderr) => {
      const { exitCode, signalCode } = child;
      const failure = error === null || exitCode !== null || signalCode !== null ? null : String(error.code ?? error.name);
      resolve({ code: exitCode, signal: signalCode, stdout, stderr, error: failure });
    });
    child.stdin?.end();
  });
}

function programPath(program: ReadOnlyProgram, env: NodeJS.ProcessEnv): string | null {
  const candidates =
    process.platform === 'win32'
      ? [join(env.SystemRoot ?? 'C:\\Windows', 'System32', `${program}.exe`)]
      : FOLDERS.map((folder) => join(folder, program));
  return candidates.find((path) => fileFacts(path).kind === 'file') ?? null;
}

function tryConnect(place: string | number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = typeof place === 'number' ? connect(place, '127.0.0.1') : connect(place);
    const end = (answer: string | null): void => {
      signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(answer);
    };
    const cancel = (): void => end('ETIMEDOUT');
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('connect', () => end(null));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'unknown'));
    if (signal.aborted) cancel();
  });
}

function get(
  url: string,
  signal: AbortSignal,
  socketPath?: string,
): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: string } | null> {
  const target = attempt(() => new URL(url));
  if (target === null || target.protocol !== 'http:' || !LOOPBACK.has(target.hostname)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const sent = request(
      target,
      { method: 'GET', signal, agent: false, ...(socketPath === undefined ? {} : { socketPath }) },
      (response) => {
        let body = '';
        const done = (): void => {
          const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
          resolve({ status: response.statusCode ?? 0, headers, body: body.slice(0, LONGEST_OUTPUT) });
          response.destroy();
        };
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
          if (body.length >= LONGEST_OUTPUT) done();
        });
        response.on('end', done);
        response.on('error', done);
      },
    );
    sent.on('error', () => resolve(null));
    sent.end();
  });
}
