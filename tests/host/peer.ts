import { spawn } from 'node:child_process';
import { endianness } from 'node:os';
import { join } from 'node:path';

/** How long the published extension waits for the greeting, in milliseconds. */
const HANDSHAKE = 5_000;
const PATIENCE = 30_000;
const MAIN = join(import.meta.dirname, '../../src/host/main.ts');

export interface HostOptions {
  /** Folder of the daemon's socket. */
  runtimeDir: string;
  host?: string;
  /** The program; that of the sources when left out. */
  main?: string;
  /** What a browser adds to the command line; Chromium's way when left out. */
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface HostEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A native messaging host, seen from the browser. */
export interface HostProcess {
  readonly pid: number | undefined;
  /** From the start of the process to its first message, in milliseconds. */
  readonly greetedAfter: number;
  readonly greeting: unknown;
  /** Everything that came on standard output, frames or not. */
  raw(): Buffer;
  stderr(): string;
  send(message: unknown): void;
  sendRaw(bytes: Buffer): void;
  /** The next message; null when the host closed its output instead. */
  next(within?: number): Promise<unknown>;
  /** The tab's port is closed: standard input ends. */
  close(): void;
  kill(signal?: NodeJS.Signals): void;
  readonly ended: Promise<HostEnd>;
}

/** A message as it goes over the wire. */
export function framed(message: unknown): Buffer {
  return lengthened(Buffer.from(JSON.stringify(message), 'utf8'));
}

/** Bytes behind their length, whether they are JSON or not; `length` may lie. */
export function lengthened(body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(4);
  if (endianness() === 'LE') head.writeUInt32LE(length);
  else head.writeUInt32BE(length);
  return Buffer.concat([head, body]);
}

/** Starts a host as a browser does and waits for its greeting, no longer than the published extension. */
export async function startHost(options: HostOptions): Promise<HostProcess> {
  const {
    runtimeDir,
    host = 'eu.webeid',
    main = MAIN,
    args = ['chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/'],
    env = {},
  } = options;
  const began = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', main, host, ...args], {
    env: { ...process.env, LANG: 'C', SIGNET_RUNTIME_DIR: runtimeDir, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const chunks: Buffer[] = [];
  const messages: unknown[] = [];
  let taken = 0;
  let rest: Buffer = Buffer.alloc(0);
  let over = false;
  const lookers = new Set<() => void>();
  const tell = (): void => {
    for (const look of [...lookers]) look();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = endianness() === 'LE' ? rest.readUInt32LE(0) : rest.readUInt32BE(0);
      if (rest.length < 4 + length) break;
      messages.push(JSON.parse(rest.subarray(4, 4 + length).toString('utf8')));
      rest = rest.subarray(4 + length);
    }
    tell();
  });
  child.stdout.on('close', () => {
    over = true;
    tell();
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<HostEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const next = (within = PATIENCE): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (taken >= messages.length && !over) return;
        clearTimeout(timer);
        lookers.delete(look);
        resolve(taken < messages.length ? messages[taken++] : null);
      };
      const timer = setTimeout(() => {
        lookers.delete(look);
        reject(new Error(`no message from the host within ${within} ms: ${stderr}`));
      }, within);
      lookers.add(look);
      look();
    });
  const greeting = host === 'eu.webeid' ? await next(HANDSHAKE) : null;
  return {
    pid: child.pid,
    greetedAfter: performance.now() - began,
    greeting,
    raw: () => Buffer.concat(chunks),
    stderr: () => stderr,
    send: (message) => void child.stdin.write(framed(message)),
    sendRaw: (bytes) => void child.stdin.write(bytes),
    next,
    close: () => child.stdin.end(),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    ended,
  };
}

/** One command from start to end, as the published extension sends it: its answer, how the host ended, and the milliseconds from its start. */
export async function command(
  message: unknown,
  options: HostOptions,
): Promise<{ answer: unknown; end: HostEnd; greetedAfter: number; ms: number }> {
  const began = performance.now();
  const host = await startHost(options);
  host.send(message);
  const answer = await host.next();
  const ms = performance.now() - began;
  return { answer, end: await host.ended, greetedAfter: host.greetedAfter, ms };
}
