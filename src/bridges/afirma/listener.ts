import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type Ends, isOwnUser, originOf } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { LARGEST_DATA } from './request.ts';
import type { Line, Session } from './session.ts';

/** A message in base64url and its own wrapping. */
const LARGEST_MESSAGE = Math.ceil(LARGEST_DATA * 1.4);
/** Bytes that a connection may send before it has shown the session's id: the handshake and an echo fit many times. */
const LARGEST_STRANGER = 32 * 1024;
/** Connections at once. A page's script opens several to the same port and uses the first that opens. */
const MOST_CONNECTIONS = 32;
/** Messages a second of one connection, and how many it may send in one go. */
const RATE = 100;
const BURST = 200;

/** The door of one session: TLS on one loopback port. */
export interface Listener {
  readonly port: number;
  close(): void;
}

/** What the connections of a session hold of messages that are not whole yet, in bytes. */
interface Load {
  bytes: number;
}

/**
 * Opens the first free port of the list on 127.0.0.1, to programs of this user only: others see the session's id in the list of
 * processes, where the browser put it. `gone` is called when the page has left. Throws `launch_ports_taken` or `local_tls_missing`.
 */
export async function listen(
  ports: readonly number[],
  tls: { key: string; cert: string },
  session: Session,
  gone: () => void,
  ownUser: (stream: Ends) => boolean = isOwnUser,
): Promise<Listener> {
  const server = serverWith(tls);
  server.headersTimeout = 10_000;
  server.maxConnections = MOST_CONNECTIONS;
  const port = await firstFree(server, ports);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const streams = new Set<Duplex>();
  const load: Load = { bytes: 0 };
  server.on('secureConnection', (stream) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    stream.on('error', () => stream.destroy());
  });
  server.on('request', (request, response) => {
    const status = isOurs(request, port) ? 426 : 421;
    response
      .writeHead(status, {
        connection: 'close',
        'cache-control': 'no-store',
        ...(status === 426 ? { upgrade: 'websocket' } : {}),
      })
      .end();
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const origin = originOf(request.headers.origin ?? '');
    const refusal = refusalOf(request, port, origin, session);
    if (refusal !== null || origin === null || !ownUser(request.socket)) return refuse(stream, refusal ?? 403);
    sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, stream, origin, { session, load, gone }));
  });
  return {
    port,
    close: () => {
      server.close();
      for (const socket of sockets.clients) socket.terminate();
      for (const stream of streams) stream.destroy();
    },
  };
}

/** The status with which an upgrade is refused, or null: before anything of the page's is read. */
function refusalOf(request: IncomingMessage, port: number, origin: string | null, session: Session): number | null {
  if (!isOurs(request, port)) return 421;
  if (origin === null) return 403;
  if (session.origin !== null && session.origin !== origin) return 403;
  return request.url === '/' ? null : 404;
}

/** A name that a page elsewhere has had resolve to this machine is not ours: DNS rebinding. */
function isOurs({ headers }: IncomingMessage, port: number): boolean {
  const host = headers.host?.toLowerCase();
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

const WORDS: Readonly<Record<number, string>> = { 403: 'Forbidden', 404: 'Not Found', 421: 'Misdirected Request' };

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${WORDS[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    stream.destroy(),
  );
}

interface Door {
  session: Session;
  load: Load;
  gone(): void;
}

function serve(socket: WebSocket, stream: Duplex, origin: string, { session, load, gone }: Door): void {
  const line: Line = {
    origin,
    send: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(text, () => undefined);
    },
    close: (code) => {
      socket.close(code);
      // A page that never answers the close frame would keep its place.
      setTimeout(() => socket.terminate(), 1_000).unref();
    },
  };
  let strange = 0;
  let held = 0;
  const hold = (bytes: number): void => {
    load.bytes += bytes - held;
    held = bytes;
  };
  stream.on('data', (chunk: Buffer) => {
    hold(held + chunk.length);
    if (!session.isProven(line)) strange += chunk.length;
    // A page has one operation at a time: what it sends over several connections together is no more than over one.
    if (strange > LARGEST_STRANGER || load.bytes > LARGEST_MESSAGE + LARGEST_STRANGER) socket.terminate();
  });
  const allowed = pace();
  session.opened(line);
  socket.on('message', (data: RawData, binary: boolean) => {
    hold(0);
    if (binary || !allowed()) return line.close(binary ? 1003 : 1008);
    session.message(line, textOf(data));
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    hold(0);
    if (session.closed(line)) gone();
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}

/** A bucket of messages that fills again with time. */
function pace(): () => boolean {
  let left = BURST;
  let at = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(BURST, left + ((now - at) / 1_000) * RATE);
    at = now;
    left -= 1;
    return left >= 0;
  };
}

function serverWith(tls: { key: string; cert: string }): Server {
  try {
    return createServer({ ...tls, minVersion: 'TLSv1.2', maxHeaderSize: 16 * 1024, handshakeTimeout: 10_000 });
  } catch (cause) {
    throw new SignetError('local_tls_missing', { variant: 'unusable', cause });
  }
}

async function firstFree(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) if (await listensOn(server, port)) return port;
  throw new SignetError('launch_ports_taken', { params: { list: ports.join(', ') } });
}

function listensOn(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (): void => {
      server.off('listening', listening);
      resolve(false);
    };
    const listening = (): void => {
      server.off('error', failed);
      server.on('error', () => undefined);
      resolve(true);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host: '127.0.0.1', port, exclusive: true });
  });
}
