import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, sendRaw, startTestDaemon, type TestDaemon } from '../fixture/index.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.dispose());

const mode = (path: string) => statSync(path).mode & 0o777;

describe('the files', () => {
  it('are for this user alone', () => {
    expect(mode(daemon.runtimeDir)).toBe(0o700);
    expect(mode(daemon.socket)).toBe(0o600);
    expect(mode(daemon.tokenFile)).toBe(0o600);
    expect(mode(join(daemon.stateDir, 'signet.db'))).toBe(0o600);
    expect(mode(daemon.stateDir)).toBe(0o700);
  });

  it('go when the daemon ends, and the next start has another token', async () => {
    const { home, token } = daemon;
    await daemon.stop();
    expect([existsSync(daemon.socket), existsSync(daemon.tokenFile)]).toEqual([false, false]);
    daemon = await startTestDaemon({ home });
    expect(daemon.token).not.toBe(token);
    expect(readFileSync(daemon.tokenFile, 'utf8')).toBe(`${daemon.token}\n`);
    expect((await daemon.as(token)('GET', '/v1/tokens')).status).toBe(401);
  });

  it('may be left behind: a socket that nobody answers on is replaced', async () => {
    const { home, socket } = daemon;
    await daemon.stop();
    // A process that is killed does not unlink its socket.
    const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(socket)).toBe(true);
    daemon = await startTestDaemon({ home });
    expect(
      (await ask({ socketPath: daemon.socket }, { method: 'GET', path: '/v1/tokens', headers: { host: 'signet' } })).status,
    ).toBe(200);
  });
});

describe('the socket', () => {
  const over = (path: string, headers: Record<string, string> = {}) =>
    ask({ socketPath: daemon.socket }, { method: 'GET', path, headers: { host: 'localhost', ...headers } });

  it('is every scope without a token', async () => {
    expect([(await over('/v1/tokens')).status, (await over('/v1/audit')).status]).toEqual([200, 200]);
  });

  it('is nobody with a bad token, a foreign name or a page behind it', async () => {
    expect((await over('/v1/tokens', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await over('/v1/tokens', { host: 'evil.example' })).status).toBe(421);
    expect((await over('/v1/tokens', { origin: 'null' })).status).toBe(403);
  });
});

describe('the port', () => {
  it('is open on loopback only', async () => {
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one !== undefined && !one.internal && one.family === 'IPv4');
    for (const address of ['127.0.0.2', ...others.map((one) => one?.address ?? '')]) {
      const refused = await new Promise((resolve) => {
        const socket = connect(daemon.port, address, () => resolve(socket.destroy() && false)).on('error', () => resolve(true));
      });
      expect({ address, refused }).toEqual({ address, refused: true });
    }
  });

  it('answers to each of its names', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      const headers = { host: `${host}:${daemon.port}`, authorization: `Bearer ${daemon.token}` };
      expect((await ask({ port: daemon.port }, { method: 'GET', path: '/v1/tokens', headers })).status).toBe(200);
    }
  });

  it('never takes a peer that is gone already for the socket', async () => {
    // A TCP connection that was reset has no peer address any more; requests piled up on it must not count as local.
    const head = `GET /v1/clients HTTP/1.1\r\nHost: signet\r\n\r\n`;
    const body = JSON.stringify({ name: 'thief', scopes: ['admin'] });
    const theft = `POST /v1/clients HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (let round = 0; round < 100; round += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(daemon.port, '127.0.0.1', () => {
          socket.write(theft.repeat(1 + (round % 5)) + head);
          if (round % 2 === 0) socket.resetAndDestroy();
          else socket.destroy();
        });
        socket.on('close', () => resolve()).on('error', () => undefined);
      });
    }
    expect((await daemon.call('GET', '/v1/clients')).json.clients).toEqual([]);
  });

  it('has no keep-alive for one caller that another could use', async () => {
    const authorised = `GET /v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\n\r\n`;
    const bare = `GET /v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nConnection: close\r\n\r\n`;
    const text = await sendRaw({ port: daemon.port }, authorised + bare);
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  });
});

describe('another program', () => {
  it('on the same machine cannot stand between: a page of its origin is foreign', async () => {
    const page = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => page.once('listening', resolve));
    const origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    expect((await daemon.call('GET', '/v1/tokens', undefined, { origin })).json.code).toBe('origin_not_paired');
    await new Promise((resolve) => page.close(resolve));
  });
});
