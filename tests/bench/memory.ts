import { setTimeout as wait } from 'node:timers/promises';
import { createSoftHsm } from '../backends/softhsm.ts';
import { runLoad } from './load.ts';
import { median } from './median.ts';
import { memoryOf } from './processes.ts';
import { loginTo, type Program, type Server, startServer } from './server.ts';
import { DIGEST } from './throughput.ts';

interface Resident {
  daemon: number;
  host: number;
  /** Both, with the pages that they share counted once. */
  together: number;
}

/** Resident memory in MiB, of the daemon and of its one driver host. */
export interface Memory {
  atRest: Resident;
  /** After the last signature. */
  loaded: Resident;
  /** Median of the last third of the samples minus median of the first third. */
  growth: Omit<Resident, 'together'>;
  signatures: number;
}

const SETTLE_MS = 3_000;
const SAMPLES = 30;

/** Starts a daemon, lets it rest, then makes `warmUp` and `signatures` P-256 signatures, 16 in flight. */
export async function measureMemory(
  program: Program,
  { warmUp, signatures }: { warmUp: number; signatures: number },
): Promise<Memory> {
  const token = await createSoftHsm();
  const server = await startServer(program, { library: token.library, env: token.env });
  try {
    await server.tokenId();
    // Memory at rest is what is left when nothing has happened for a while.
    await wait(SETTLE_MS);
    const atRest = memoryOf(server.pid);
    const { ec } = await loginTo(server, token.userPin);
    await sign(server, ec, warmUp);
    const samples: Resident[] = [];
    for (let n = 0; n < SAMPLES; n += 1) {
      await sign(server, ec, signatures / SAMPLES);
      samples.push(memoryOf(server.pid));
    }
    const third = Math.floor(SAMPLES / 3);
    const grown = (who: 'daemon' | 'host'): number => {
      const values = samples.map((sample) => sample[who]);
      return median(values.slice(-third)) - median(values.slice(0, third));
    };
    const growth = { daemon: grown('daemon'), host: grown('host') };
    return { atRest, loaded: samples.at(-1) ?? atRest, growth, signatures };
  } finally {
    await server.stop();
    token.dispose();
  }
}

async function sign(server: Server, id: string, count: number): Promise<void> {
  await runLoad({
    place: server.port,
    path: `/v1/credentials/${id}/sign`,
    token: server.token,
    body: { algorithm: 'ES256', digest: DIGEST },
    connections: 16,
    seconds: 300,
    limit: Math.ceil(count),
  });
}
