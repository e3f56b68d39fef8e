import { createSoftHsm } from '../backends/softhsm.ts';
import { median } from './median.ts';
import { loginTo, ok, type Program, startServer } from './server.ts';
import { DIGEST } from './throughput.ts';

/** Milliseconds from spawn to the first answer of /health, and to the first signature (login included). */
export interface Startup {
  listening: { median: number; worst: number };
  firstSignature: { median: number; worst: number };
}

/** Starts a daemon several times on one token. */
export async function measureStartup(program: Program, times: number): Promise<Startup> {
  const token = await createSoftHsm();
  const listening: number[] = [];
  const signed: number[] = [];
  try {
    for (let n = 0; n < times; n += 1) {
      const server = await startServer(program, { library: token.library, env: token.env });
      try {
        const { ec } = await loginTo(server, token.userPin);
        await ok(server.call('POST', `/v1/credentials/${ec}/sign`, { algorithm: 'ES256', digest: DIGEST }));
        signed.push(performance.now() - server.spawnedAt);
        listening.push(server.listeningAt - server.spawnedAt);
      } finally {
        await server.stop();
      }
    }
  } finally {
    token.dispose();
  }
  const both = (values: number[]) => ({ median: median(values), worst: Math.max(...values) });
  return { listening: both(listening), firstSignature: both(signed) };
}
