import { text } from 'node:stream/consumers';
import { runOrThrow } from '../backends/run.ts';
import { quantile } from './median.ts';

/** What a peer is asked to do, in a process of its own. The PIN travels on its standard input. */
export interface PeerRequest {
  library: string;
  /** Label of the token. */
  label: string;
  /** CKA_ID of the key, hexadecimal. */
  keyId: string;
  mechanism: 'rsa' | 'ec';
  seconds: number;
  pin: string;
}

/** Signatures one after the other: rate, and latencies in microseconds. */
export interface PeerFigures {
  perSecond: number;
  p50Microseconds: number;
  p99Microseconds: number;
}

/** Runs a peer: pkcs11js called in process, or the npm package node-webcrypto-p11. Rejects with what it printed. */
export async function runPeer(
  peer: 'pkcs11js' | 'webcrypto',
  request: PeerRequest,
  env: NodeJS.ProcessEnv,
): Promise<PeerFigures> {
  const child = `${import.meta.dirname}/${peer}.child.ts`;
  const { stdout } = await runOrThrow(process.execPath, ['--no-warnings', child], { env, input: JSON.stringify(request) });
  return JSON.parse(stdout) as PeerFigures;
}

/** In the child: the request from standard input. */
export async function peerRequest(): Promise<PeerRequest> {
  return JSON.parse(await text(process.stdin)) as PeerRequest;
}

const WARM_UP = 50;

/** In the child: signs again and again for so many seconds, and prints the figures. */
export async function measure(seconds: number, sign: () => unknown): Promise<void> {
  for (let n = 0; n < WARM_UP; n += 1) await sign();
  const latencies: number[] = [];
  const start = performance.now();
  let before = start;
  while (before - start < seconds * 1000) {
    const pending = sign();
    // A synchronous peer must not pay for a turn of the event loop.
    if (pending instanceof Promise) await pending;
    const after = performance.now();
    latencies.push((after - before) * 1000);
    before = after;
  }
  const figures: PeerFigures = {
    perSecond: latencies.length / ((before - start) / 1000),
    p50Microseconds: quantile(latencies, 0.5),
    p99Microseconds: quantile(latencies, 0.99),
  };
  process.stdout.write(JSON.stringify(figures));
}
