import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goneSignal } from '../../src/access/index.ts';

const server = createServer();
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** A request under way, and the server's side of it. */
async function asked() {
  const arrived = once(server, 'request');
  const asking = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  asking.on('error', () => undefined);
  asking.end();
  const [, raw] = (await arrived) as [unknown, ServerResponse];
  return { asking, raw };
}

describe('whoever asked', () => {
  it('is gone when the connection is', async () => {
    const { asking, raw } = await asked();
    const signal = goneSignal({ raw });
    asking.destroy();
    await once(signal, 'abort');
  });

  it('is gone as well when that was before anybody looked', async () => {
    const { asking, raw } = await asked();
    const closed = once(raw, 'close');
    asking.destroy();
    await closed;
    expect(goneSignal({ raw }).aborted).toBe(true);
  });

  it('is not gone who has the whole answer', async () => {
    const { raw } = await asked();
    const signal = goneSignal({ raw });
    const closed = once(raw, 'close');
    raw.end('done');
    await closed;
    expect(signal.aborted).toBe(false);
  });
});
