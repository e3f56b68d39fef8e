import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { connect, createServer as createTcp } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A server on loopback that remembers what was asked of it; ends with its test. */
export interface Counted extends AsyncDisposable {
  port: number;
  url(path?: string): string;
  seen: { method: string; url: string; headers: IncomingMessage['headers']; rawHeaders: string[]; body: Buffer }[];
}

async function counted(server: Server | TcpServer, seen: Counted['seen'], scheme: string): Promise<Counted> {
  const open = new Set<{ destroy(): void }>();
  server.on('connection', (socket: { destroy(): void }) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    seen,
    url: (path = '/') => `${scheme}://127.0.0.1:${port}${path}`,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Answer = (request: Counted['seen'][number], response: Parameters<RequestListener>[1]) => void;

function remembering(seen: Counted['seen'], answer: Answer): RequestListener {
  return async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    const one = { method, url, headers, rawHeaders, body: await buffer(request) };
    seen.push(one);
    answer(one, response);
  };
}

export function serve(answer: Answer): Promise<Counted> {
  const seen: Counted['seen'] = [];
  return counted(createServer(remembering(seen, answer)), seen, 'http');
}

export function serveTls(keys: { key: string; cert: string }, answer: Answer): Promise<Counted> {
  const seen: Counted['seen'] = [];
  return counted(createTls(keys, remembering(seen, answer)), seen, 'https');
}

/** Accepts connections and says nothing. */
export function silent(): Promise<Counted> {
  return counted(createTcp(), [], 'http');
}

/** A proxy that sends everything to one port on loopback, whatever host was asked for. */
export function proxyTo(port: number): Promise<Counted> {
  const seen: Counted['seen'] = [];
  const server = createServer(
    remembering(seen, ({ url, method, body }, response) => {
      const { pathname, search } = new URL(url);
      void fetch(
        `http://127.0.0.1:${port}${pathname}${search}`,
        method === 'POST' ? { method, body: new Uint8Array(body) } : {},
      ).then(async (answer) => {
        response.writeHead(answer.status, { date: answer.headers.get('date') ?? '' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    }),
  );
  server.on('connect', (request, socket) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    seen.push({ method, url, headers, rawHeaders, body: Buffer.alloc(0) });
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
  });
  return counted(server, seen, 'http');
}
