import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Daemon, type HostEvent, Unreachable } from '../../src/host/daemon.ts';
import { socketPath } from '../../src/places/index.ts';
import { fakeDaemon } from '../client/fake-daemon.ts';
import { until } from '../fixture/index.ts';

/** What a daemon is asked first that has just been started. */
const TOKENS = JSON.stringify({ tokens: [{}] });

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'signet-host-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A stand-in that listens in a folder once `start` is called, as often as it is called. */
function sleeper(runtimeDir: string, listener: RequestListener = (_request, response) => response.end(TOKENS)) {
  const servers: Server[] = [];
  onTestFinished(() => {
    for (const server of servers) server.close();
  });
  return {
    servers,
    start: (): Promise<void> => {
      const server = createServer(listener);
      servers.push(server);
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(socketPath(runtimeDir), resolve);
      });
    },
  };
}

const never = (): Promise<void> => Promise.resolve();

describe('a request', () => {
  it('goes out as JSON with its headers, and its answer comes back with whatever status', async () => {
    await using fake = await fakeDaemon();
    fake.answer = (_request, response) => response.writeHead(423).end(JSON.stringify({ code: 'pin_locked' }));
    const daemon = new Daemon({ runtimeDir: fake.runtimeDir, launch: never });
    const answer = await daemon.request(
      'POST',
      '/v1/site/sign',
      { a: 'é' },
      { headers: { 'signet-origin': 'https://a.example' } },
    );
    expect(answer).toEqual({ status: 423, json: { code: 'pin_locked' } });
    expect(fake.received).toHaveLength(1);
    expect(fake.received[0]).toMatchObject({
      method: 'POST',
      url: '/v1/site/sign',
      headers: { host: 'localhost', 'content-type': 'application/json', 'signet-origin': 'https://a.example' },
      body: Buffer.from('{"a":"é"}'),
    });
  });

  it('without a body has none, and an empty answer is null', async () => {
    await using fake = await fakeDaemon();
    fake.answer = (_request, response) => response.writeHead(204).end();
    const daemon = new Daemon({ runtimeDir: fake.runtimeDir, launch: never });
    expect(await daemon.request('DELETE', '/v1/x')).toEqual({ status: 204, json: null });
    expect(fake.received[0]?.headers['content-type']).toBeUndefined();
  });

  it('that is aborted closes its connection and rejects with the reason', async () => {
    await using fake = await fakeDaemon();
    let closed = false;
    fake.answer = (_request, response) => void response.on('close', () => (closed = true));
    const daemon = new Daemon({ runtimeDir: fake.runtimeDir, launch: never });
    const gone = new AbortController();
    const asked = daemon.request('POST', '/v1/host', {}, { signal: gone.signal });
    await until('the request is there', () => fake.received[0]);
    gone.abort(new Error('the tab was closed'));
    await expect(asked).rejects.toThrow('the tab was closed');
    await until('the connection is closed', () => closed || undefined);
    await expect(daemon.request('GET', '/health', undefined, { signal: gone.signal })).rejects.toThrow('the tab was closed');
    expect(fake.received).toHaveLength(1);
  });

  it('is lost, and not sent again, when the daemon goes before or within its answer', async () => {
    await using fake = await fakeDaemon();
    const daemon = new Daemon({ runtimeDir: fake.runtimeDir, launch: never });
    const ways: (typeof fake.answer)[] = [
      () => fake.drop(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":', () => fake.drop());
      },
      (_request, response) => response.end('<html>'),
    ];
    for (const way of ways) {
      fake.answer = way;
      await expect(daemon.request('POST', '/v1/host', {})).rejects.toMatchObject({ name: 'Unreachable', reason: 'lost' });
    }
    expect(fake.received).toHaveLength(ways.length);
  });
});

describe('a daemon that does not run', () => {
  it('is started once for all that ask at the same time', async () => {
    const runtimeDir = join(folder(), 'run');
    const { servers, start } = sleeper(runtimeDir, (request, response) =>
      response.end(request.url === '/v1/tokens' ? TOKENS : '{}'),
    );
    const hosts = Array.from({ length: 8 }, () => new Daemon({ runtimeDir, launch: start }));
    const answers = await Promise.all(hosts.map((host) => host.request('GET', '/health')));
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ status: 200, json: {} })));
    expect(servers).toHaveLength(1);
    expect(readdirSync(runtimeDir)).toEqual(['signet.sock']);
  });

  it('is asked only once it sees what is plugged in', async () => {
    const runtimeDir = folder();
    const urls: string[] = [];
    const { start } = sleeper(runtimeDir, (request, response) => {
      urls.push(request.url ?? '');
      response.end(JSON.stringify({ tokens: urls.length < 3 ? [] : [{}] }));
    });
    await new Daemon({ runtimeDir, launch: start }).request('GET', '/health');
    expect(urls).toEqual(['/v1/tokens', '/v1/tokens', '/v1/tokens', '/health']);
    await new Daemon({ runtimeDir, launch: start }).request('GET', '/health');
    expect(urls).toHaveLength(5);
  });

  it.each([
    ['does not come up', never],
    ['cannot be started', () => Promise.reject(new Error('no such program'))],
    ['must not be started', () => Promise.reject(new Unreachable('absent'))],
  ])('and %s is absent, for the next host as well', async (_what, launch) => {
    const runtimeDir = folder();
    for (const _ of [1, 2]) {
      const asked = new Daemon({ runtimeDir, launch, patience: 100 }).request('GET', '/health');
      await expect(asked).rejects.toMatchObject({ name: 'Unreachable', reason: 'absent' });
      expect(readdirSync(runtimeDir)).toEqual([]);
    }
  });

  it('is started although a host that was to start it was killed', async () => {
    const runtimeDir = folder();
    const lock = join(runtimeDir, 'starting');
    writeFileSync(lock, '1');
    utimesSync(lock, new Date(0), new Date(0));
    const { servers, start } = sleeper(runtimeDir);
    await new Daemon({ runtimeDir, launch: start }).request('GET', '/health');
    expect(servers).toHaveLength(1);
    expect(existsSync(lock)).toBe(false);
  });

  it('is waited for no longer than the page is there', async () => {
    const runtimeDir = folder();
    const gone = new AbortController();
    const asked = new Daemon({
      runtimeDir,
      launch: async () => gone.abort(new Error('the tab was closed')),
    }).request('GET', '/health', undefined, { signal: gone.signal });
    await expect(asked).rejects.toThrow('the tab was closed');
    expect(readdirSync(runtimeDir)).toEqual([]);
  });

  it('and then says nothing about what is plugged in keeps no host whose page is gone', async () => {
    const runtimeDir = folder();
    const gone = new AbortController();
    const { start } = sleeper(runtimeDir, () => gone.abort(new Error('the tab was closed')));
    const asked = new Daemon({ runtimeDir, launch: start }).request('GET', '/health', undefined, { signal: gone.signal });
    await expect(asked).rejects.toThrow('the tab was closed');
    expect(readdirSync(runtimeDir)).toEqual(['signet.sock']);
  });

  it('is started at once when the host that was to start it just now is no more', async () => {
    const runtimeDir = folder();
    const { pid } = spawnSync('true');
    writeFileSync(join(runtimeDir, 'starting'), String(pid));
    const { servers, start } = sleeper(runtimeDir);
    await new Daemon({ runtimeDir, launch: start, patience: 3_000 }).request('GET', '/health');
    expect(servers).toHaveLength(1);
  });

  it('is neither looked for nor started in a folder that others can change', async () => {
    const runtimeDir = folder();
    chmodSync(runtimeDir, 0o770);
    const { servers, start } = sleeper(runtimeDir);
    await expect(new Daemon({ runtimeDir, launch: start }).request('GET', '/health')).rejects.toMatchObject({ reason: 'unsafe' });
    expect(servers).toEqual([]);
  });
});

describe('events', () => {
  it('come one by one until they are wanted no more', async () => {
    await using fake = await fakeDaemon();
    fake.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\nid: 1\nevent: token.inserted\ndata: {"label":"ñ');
      response.write('"}\n\n: heartbeat\n\nid: 2\nevent: token.removed\ndata: {}\n\n');
    };
    const gone = new AbortController();
    const heard: HostEvent[] = [];
    for await (const event of new Daemon({ runtimeDir: fake.runtimeDir, launch: never }).events(gone.signal, '0')) {
      heard.push(event);
      if (heard.length === 2) gone.abort();
    }
    expect(heard).toEqual([
      { id: '1', event: 'token.inserted', data: { label: 'ñ' } },
      { id: '2', event: 'token.removed', data: {} },
    ]);
    expect(fake.received[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'last-event-id': '0' });
  });

  it('end with a reason when the daemon goes', async () => {
    await using fake = await fakeDaemon();
    fake.answer = (_request, response) => response.end('id: 1\nevent: a\ndata: {}\n\n');
    const events = new Daemon({ runtimeDir: fake.runtimeDir, launch: never }).events(new AbortController().signal);
    expect((await events.next()).value).toMatchObject({ id: '1' });
    await expect(events.next()).rejects.toMatchObject({ name: 'Unreachable', reason: 'lost' });
  });
});
