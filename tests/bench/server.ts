import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild } from '../../native-config/setup/build.mjs';
import { daemonFlags, node24, root } from '../../native-config/setup/places.mjs';
import { type Answer, ask, until } from '../fixture/index.ts';

/** The compiled program in a folder of its own, where no later build changes it under a running daemon. */
export interface Program {
  entry: string;
  dispose(): void;
}

export interface ServerOptions {
  /** The PKCS#11 library to host. */
  library: string;
  env?: NodeJS.ProcessEnv;
  /** Options of Node.js before the program. */
  nodeOptions?: readonly string[];
}

/** A compiled daemon in a process of its own. Times are those of performance.now(). */
export interface Server {
  pid: number;
  port: number;
  socket: string;
  token: string;
  spawnedAt: number;
  listeningAt: number;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Resolves to the id of the first token, once it is listed. */
  tokenId(): Promise<string>;
  /** Ends it and removes its folder; throws when it does not end by itself. */
  stop(): Promise<void>;
}

/** Builds src/ when it has changed and copies the program. Throws with the compiler's messages. */
export function buildProgram(): Program {
  ensureBuild({ quiet: true });
  const home = mkdtempSync(join(tmpdir(), 'signet-program-'));
  cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(home, 'package.json'));
  for (const name of ['native-config', 'softhsm', 'node_modules']) symlinkSync(join(root, name), join(home, name));
  return { entry: join(home, 'dist', 'cli', 'index.js'), dispose: () => rmSync(home, { recursive: true, force: true }) };
}

/** Starts the daemon as `npm start` does, with one driver and a state of its own, and waits until it answers. */
export async function startServer(program: Program, { library, env = {}, nodeOptions = [] }: ServerOptions): Promise<Server> {
  const home = mkdtempSync(join(tmpdir(), 'signet-bench-'));
  const runtimeDir = join(home, 'run');
  mkdirSync(join(home, 'config'));
  const spawnedAt = performance.now();
  const child = spawn(node24(), [...daemonFlags, ...nodeOptions, program.entry, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LANG: 'C',
      XDG_CONFIG_HOME: join(home, 'config'),
      SIGNET_PORT: '0',
      SIGNET_STATE_DIR: join(home, 'state'),
      SIGNET_RUNTIME_DIR: runtimeDir,
      SIGNET_CATALOGUE: '0',
      SIGNET_PRACTICE: '0',
      SIGNET_DRIVERS: library,
      ...env,
    },
  });
  const stop = async (): Promise<void> => {
    const clean = await ended(child);
    rmSync(home, { recursive: true, force: true });
    if (!clean) throw new Error('the daemon did not end by itself');
  };
  try {
    const port = await portOf(child);
    await ask({ port }, { method: 'GET', path: '/health' });
    const listeningAt = performance.now();
    const token = readFileSync(join(runtimeDir, 'token'), 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const call: Server['call'] = (method, path, body) => ask({ port }, { method, path, body, headers });
    const tokenId = () =>
      until('a token is listed', async () => (await call('GET', '/v1/tokens')).json.tokens[0]?.id as string | undefined);
    const socket = join(runtimeDir, 'signet.sock');
    return { pid: child.pid ?? 0, port, socket, token, spawnedAt, listeningAt, call, tokenId, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** An answer with status 200; throws with what came otherwise. */
export async function ok(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer;
  if (status !== 200) throw new Error(`status ${status}: ${text.slice(0, 400)}`);
  return answer;
}

/** Logs in to the first token and resolves to the ids of its RSA-2048 and P-256 credentials. */
export async function loginTo(server: Server, pin: string): Promise<{ rsa: string; ec: string }> {
  const tokenId = await server.tokenId();
  await ok(server.call('POST', `/v1/tokens/${tokenId}/login`, { pin }));
  const { credentials } = (await ok(server.call('GET', '/v1/credentials'))).json as {
    credentials: { id: string; certificate: { keyType: string } }[];
  };
  const idOf = (keyType: string): string => {
    const found = credentials.find(({ certificate }) => certificate.keyType === keyType);
    if (found === undefined) throw new Error(`the token has no credential with a key ${keyType}`);
    return found.id;
  };
  return { rsa: idOf('RSA 2048'), ec: idOf('EC P-256') };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output) ?? [];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the daemon ended at its start: ${output}`)));
  });
}

/** Asks the daemon to end; kills it after ten seconds. True when it ended as it should. */
function ended(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode === 0);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
    child.kill('SIGTERM');
  });
}
