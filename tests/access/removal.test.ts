import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';

let shim: Shimmed;
let daemon: TestDaemon;

beforeAll(async () => {
  shim = await shimmed();
  daemon = await startTestDaemon({ drivers: [shim.driver] });
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
});

it('a client that is removed loses its open streams and its logins, whoever gets its name next', async () => {
  const token = await daemon.client('streamer', 'status', 'pin', 'sign');
  expect((await daemon.as(token)('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN })).status).toBe(200);
  const stream = await fetch(`${daemon.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  const ended = stream.text();
  await daemon.call('DELETE', '/v1/clients/streamer');
  expect(await ended).toContain(': signet');
  const next = daemon.as(await daemon.client('streamer', 'status'));
  expect((await next('GET', `/v1/tokens/${daemon.tokenId}`)).json.session).toBeNull();
});
