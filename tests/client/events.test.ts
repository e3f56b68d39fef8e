import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { SignetClient, type SignetEvent } from '../../src/client/index.ts';
import { fakeDaemon, json } from './fake-daemon.ts';

function stream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
}

async function take(events: AsyncGenerator<SignetEvent, void, void>, count: number): Promise<SignetEvent[]> {
  const taken: SignetEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

describe('events', () => {
  it('are read as they come: comments, several lines of data, carriage returns, broken anywhere', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const text =
      ': hello\n\nid: a.1\r\nevent: token.inserted\r\ndata: {"label":\r\ndata: "é"}\r\n\r\nid:a.2\nevent:pin.locked\ndata:{}\n\nevent: reset\ndata: {}\n\n';
    daemon.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
    };
    expect(await take(client.events(), 3)).toEqual([
      { id: 'a.1', event: 'token.inserted', data: { label: 'é' } },
      { id: 'a.2', event: 'pin.locked', data: {} },
      { id: '', event: 'reset', data: {} },
    ]);
  });

  it('go on where they were left when the daemon goes away', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = ({ headers }, response) => {
      if (headers['last-event-id'] === undefined) return stream(response, 'id: a.0\nevent: e\ndata: 0\n\n');
      if (headers['last-event-id'] === 'a.0') return void response.destroy();
      stream(response, 'id: a.1\nevent: e\ndata: 1\n\n');
    };
    const seen: unknown[] = [];
    for await (const event of client.events()) {
      seen.push(event.data);
      if (seen.length === 2) break;
      daemon.answer = ({ headers }, response) =>
        stream(response, headers['last-event-id'] === 'a.0' ? 'id: a.1\nevent: e\ndata: 1\n\n' : 'event: e\ndata: "lost"\n\n');
      daemon.drop();
    }
    expect(seen).toEqual([0, 1]);
    expect(daemon.received.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'a.0']);
  });

  it('end when the signal says so, and when nobody wants to reconnect', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const controller = new AbortController();
    daemon.answer = (_request, response) => stream(response, 'id: 1\ndata: 1\n\n');
    for await (const _event of client.events({ signal: controller.signal })) controller.abort();
    daemon.answer = (_request, response) => {
      stream(response, 'id: 1\ndata: 1\n\n');
      response.end();
    };
    let count = 0;
    for await (const _event of client.events({ reconnect: false, lastEventId: '0' })) count += 1;
    expect(count).toBe(1);
    expect(daemon.received.at(-1)?.headers['last-event-id']).toBe('0');
  });

  it('throw what the first connection throws', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) =>
      json(response, 403, { code: 'scope_missing', status: 403, title: '', detail: '', type: '', instance: '' });
    await expect(take(client.events(), 1)).rejects.toMatchObject({ code: 'scope_missing' });
  });
});
