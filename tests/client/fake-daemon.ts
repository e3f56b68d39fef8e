import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketPath } from '../../src/places/index.ts';

/** What came in. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** A daemon that answers whatever the test says. */
export interface FakeDaemon extends AsyncDisposable {
  runtimeDir: string;
  received: Received[];
  answer: (request: Received, response: ServerResponse) => void;
  /** Ends every connection. */
  drop(): void;
}

/** Starts one, on a Unix socket or on TCP; `url` is set for the latter. */
export async function fakeDaemon(over: 'socket' | 'tcp' = 'socket'): Promise<FakeDaemon & { url: string }> {
  const runtimeDir = mkdtempSync(join(tmpdir(), 'signet-client-'));
  const sockets = new Set<Socket>();
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      received.push(one);
      fake.answer(one, response);
    });
  };
  const server = createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) =>
    over === 'tcp' ? server.listen(0, '127.0.0.1', resolve) : server.listen(socketPath(runtimeDir), resolve),
  );
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const fake = {
    runtimeDir,
    received,
    url: over === 'tcp' ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : '',
    answer: (_request: Received, response: ServerResponse) => json(response, 200, {}),
    drop,
    [Symbol.asyncDispose]: async () => {
      drop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(runtimeDir, { recursive: true, force: true });
    },
  };
  return fake;
}

/** Answers JSON. */
export function json(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
    .end(JSON.stringify(value));
}
