import { compile } from '../compile.ts';
import { runOrThrow } from '../run.ts';

/** What the raw loop measured: all threads together, latencies of SignInit and Sign as one. */
export interface RawFigures {
  mechanism: 'rsa' | 'ec';
  threads: number;
  seconds: number;
  signatures: number;
  perSecond: number;
  p50Microseconds: number;
  p99Microseconds: number;
}

export interface RawRequest {
  library: string;
  /** Label of the token; its first RSA key, or its first P-256 key, signs. */
  label: string;
  mechanism: 'rsa' | 'ec';
  threads: number;
  seconds: number;
  pin: string;
  env?: NodeJS.ProcessEnv;
}

/** Builds the raw loop, once per content of its source, and resolves to the path of the program. Rejects when gcc fails. */
export function buildRawLoop(): Promise<string> {
  return compile(import.meta.dirname, 'loop', ['-ldl', '-lpthread']);
}

/** Runs the raw loop: one login, a session per thread. The PIN goes over standard input. Rejects with what it printed. */
export async function runRawLoop(request: RawRequest): Promise<RawFigures> {
  const { library, label, mechanism, threads, seconds, pin, env = {} } = request;
  const program = await buildRawLoop();
  const args = [library, label, mechanism, String(threads), String(seconds)];
  const { stdout } = await runOrThrow(program, args, { env, input: `${pin}\n`, timeoutMs: seconds * 1000 + 30_000 });
  return JSON.parse(stdout) as RawFigures;
}
