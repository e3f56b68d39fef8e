import { shimmed, until } from '../fixture/index.ts';
import { runLoad } from './load.ts';
import { loginTo, type Program, startServer } from './server.ts';
import { DIGEST } from './throughput.ts';

/** p99 of GET /health in milliseconds with 16 requests in flight, before and while a driver call hangs. */
export interface Hang {
  before: number;
  during: number;
}

/** Signs with a driver that never comes back from C_Sign, and asks /health meanwhile. */
export async function measureHang(program: Program, seconds: number): Promise<Hang> {
  const shim = await shimmed('libsofthsm2.so');
  const server = await startServer(program, { library: shim.driver.path });
  try {
    const { ec } = await loginTo(server, shim.token.userPin);
    const health = async (): Promise<number> => {
      const load = { place: server.port, method: 'GET', path: '/health', connections: 16, warmUp: 0.3, seconds } as const;
      return (await runLoad(load)).p99Microseconds / 1000;
    };
    const before = await health();
    shim.control.set('C_Sign hang');
    let answered = false;
    const hanging = server
      .call('POST', `/v1/credentials/${ec}/sign`, { algorithm: 'ES256', digest: DIGEST })
      .catch(() => undefined)
      .finally(() => {
        answered = true;
      });
    await until('the call hangs', async () => {
      const { drivers } = (await server.call('GET', '/v1/drivers')).json;
      return drivers[0].queueLength > 0 || undefined;
    });
    const during = await health();
    if (answered) throw new Error('the call did not hang');
    // A daemon that is asked to end may wait for the call's deadline; that is not what is measured here.
    process.kill(Number((await server.call('GET', '/v1/drivers')).json.drivers[0].pid), 'SIGKILL');
    await hanging;
    await server.stop();
    return { before, during };
  } catch (error) {
    await server.stop().catch(() => undefined);
    throw error;
  } finally {
    shim.dispose();
  }
}
