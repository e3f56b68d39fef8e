import { shimmed } from '../fixture/index.ts';
import { median } from './median.ts';
import { loginTo, type Program, type Server, startServer } from './server.ts';
import { DIGEST } from './throughput.ts';

/** Milliseconds from the request whose C_Sign ends in SIGSEGV to the next good signature, a new login included. */
export interface Crash {
  back: { median: number; worst: number };
}

/** Lets the driver crash once per daemon: a second crash soon after the first is meant to be answered with a delay. */
export async function measureCrash(program: Program, times: number): Promise<Crash> {
  const taken: number[] = [];
  const shim = await shimmed('libsofthsm2.so');
  try {
    for (let n = 0; n < times; n += 1) {
      shim.control.set();
      const server = await startServer(program, { library: shim.driver.path });
      try {
        const { ec } = await loginTo(server, shim.token.userPin);
        const tokenId = await server.tokenId();
        const sign = () => server.call('POST', `/v1/credentials/${ec}/sign`, { algorithm: 'ES256', digest: DIGEST });
        if ((await sign()).status !== 200) throw new Error('the driver does not sign');
        shim.control.set('once C_Sign crash');
        const start = performance.now();
        const crashed = await sign();
        if (crashed.json.code !== 'driver_crashed') throw new Error(`a crash was answered with ${crashed.text}`);
        await backIn(server, tokenId, shim.token.userPin, sign);
        taken.push(performance.now() - start);
      } finally {
        await server.stop();
      }
    }
  } finally {
    shim.dispose();
  }
  return { back: { median: median(taken), worst: Math.max(...taken) } };
}

const EVERY_MS = 5;
const DEADLINE_MS = 10_000;

async function backIn(server: Server, tokenId: string, pin: string, sign: () => ReturnType<Server['call']>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while ((await server.call('GET', `/v1/tokens/${tokenId}`)).status !== 200) {
    if (performance.now() > deadline) throw new Error('the token did not come back');
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  const without = await sign();
  if (without.json.code !== 'pin_required') throw new Error(`a signature without a new login was answered with ${without.text}`);
  const { status, text } = await server.call('POST', `/v1/tokens/${tokenId}/login`, { pin });
  if (status !== 200) throw new Error(`the login after the crash failed: ${text}`);
  if ((await sign()).status !== 200) throw new Error('the driver does not sign after its crash');
}
