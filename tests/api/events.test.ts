import { afterAll, describe, expect, it } from 'vitest';
import { ask, type Listener, sendRaw, shimmed, until } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const at = setStage({ token: shimmed });
const listeners: Listener[] = [];
afterAll(() => {
  for (const listener of listeners) listener.close();
});

async function listen(lastEventId?: string): Promise<Listener> {
  const listener = at.daemon.listen(lastEventId);
  listeners.push(listener);
  await listener.ready;
  return listener;
}

describe('events', () => {
  it('are a stream that nobody keeps', async () => {
    const head = `GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${at.daemon.port}\r\nAuthorization: Bearer ${at.daemon.token}\r\n\r\n`;
    const text = await sendRaw({ port: at.daemon.port }, head, (so) => so.includes(': signet'));
    expect(text.toLowerCase()).toContain('content-type: text/event-stream');
    expect(text.toLowerCase()).toContain('cache-control: no-store');
  });

  it('need the scope', async () => {
    expect((await ask({ port: at.daemon.port }, { method: 'GET', path: '/v1/events' })).status).toBe(401);
    expect((await at.daemon.as(await at.daemon.client('mute', 'sign'))('GET', '/v1/events')).json.code).toBe('scope_missing');
  });

  it('tell of a driver that crashed and of its tokens, which come back; a listener that was away gets what it missed', async () => {
    const first = await listen();
    at.token.control.set('once C_GetTokenInfo crash');
    const crashed = await first.next(({ event }) => event === 'driver.crashed');
    expect(crashed.data).toMatchObject({ driver: 'opencryptoki', reason: expect.stringContaining('SIGSEGV') });
    const removed = await first.next(({ event }) => event === 'token.removed');
    const inserted = await first.next(({ event }) => event === 'token.inserted');
    for (const { data } of [removed, inserted])
      expect(data).toMatchObject({ tokenId: at.daemon.tokenId, label: at.token.token.label });
    first.close();
    const again = await listen(crashed.id);
    await again.next(({ id }) => id === inserted.id);
    const ids = first.heard.map(({ id }) => id);
    expect(again.heard.map(({ id }) => id)).toEqual(ids.slice(ids.indexOf(crashed.id) + 1));
    expect((await at.daemon.call('GET', '/v1/drivers')).json.drivers[0]).toMatchObject({ state: 'running', crashes: 1 });
  });

  it('say "reset" to a listener whose last event is not known', async () => {
    for (const id of ['other.1', 'garbage', '..', `${'x'.repeat(500)}.1`]) {
      const listener = await listen(id);
      expect((await listener.next(({ event }) => event === 'reset')).data).toEqual({});
      listener.close();
    }
  });

  it('tell that a PIN state changed, without the PIN', async () => {
    const listener = await listen();
    await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: '999999' });
    const changed = await listener.next(({ event }) => event === 'pin.changed-state');
    expect(changed.data).toMatchObject({ tokenId: at.daemon.tokenId, kind: 'pin', pin: { remaining: { atMost: 2 } } });
    expect(JSON.stringify(listener.heard)).not.toContain('999999');
  });

  it('stay open to fifty listeners, and closed ones are forgotten', async () => {
    const many = await Promise.all(Array.from({ length: 50 }, () => listen()));
    at.token.control.set('token-gone');
    await Promise.all(many.map((listener) => listener.next(({ event }) => event === 'token.removed')));
    for (const listener of many) listener.close();
    at.token.control.set();
    await until('the token is back', async () => (await at.daemon.call('GET', '/v1/tokens')).json.tokens[0]);
  });

  it('end when the daemon does', async () => {
    const listener = await listen();
    await at.daemon.stop();
    await listener.closed;
  });
});
