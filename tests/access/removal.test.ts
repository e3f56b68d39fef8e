import { expect, it } from 'vitest';
import { shimmed, USER_PIN } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const at = setStage({ token: shimmed });

it('a client that is removed loses its open streams and its logins, whoever gets its name next', async () => {
  const token = await at.daemon.client('streamer', 'status', 'pin', 'sign');
  expect((await at.daemon.as(token)('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: USER_PIN })).status).toBe(200);
  const stream = await fetch(`${at.daemon.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  const ended = stream.text();
  await at.daemon.call('DELETE', '/v1/clients/streamer');
  expect(await ended).toContain(': signet');
  const next = at.daemon.as(await at.daemon.client('streamer', 'status'));
  expect((await next('GET', `/v1/tokens/${at.daemon.tokenId}`)).json.session).toBeNull();
});
