import { dirname, join } from 'node:path';
import { createSoftHsm } from '../backends/softhsm.ts';
import { command } from '../host/peer.ts';
import { median } from './median.ts';
import { type Program, startServer } from './server.ts';

/** Milliseconds from the spawn of a native messaging host to its greeting, and to an answer that the daemon gave. */
export interface HostTimes {
  greeting: { median: number; worst: number };
  answer: { median: number; worst: number };
}

/** Refused by the bridge at once: what is measured is the way, not the card. */
const REQUEST = { command: 'authenticate', arguments: { challengeNonce: 'too short', origin: 'https://bench.example' } };

/** Starts a host as a browser does, again and again, with a daemon that runs. */
export async function measureHost(program: Program, times: number): Promise<HostTimes> {
  const token = await createSoftHsm();
  const server = await startServer(program, { library: token.library, env: { ...token.env, SIGNET_BRIDGES: 'webeid' } });
  const main = join(dirname(program.entry), '..', 'host', 'main.js');
  const greeting: number[] = [];
  const answer: number[] = [];
  try {
    for (let n = 0; n < times; n += 1) {
      const { answer: told, greetedAfter, ms } = await command(REQUEST, { runtimeDir: dirname(server.socket), main });
      if (JSON.stringify(told).includes('INVALID_REQUEST') === false)
        throw new Error(`the bridge answered ${JSON.stringify(told)}`);
      greeting.push(greetedAfter);
      answer.push(ms);
    }
  } finally {
    await server.stop();
    token.dispose();
  }
  const both = (values: number[]) => ({ median: median(values), worst: Math.max(...values) });
  return { greeting: both(greeting), answer: both(answer) };
}
