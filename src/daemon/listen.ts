import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { dirname } from 'node:path';
import type { Api } from '../api/index.ts';
import { socketPath, tokenFile } from '../places/index.ts';
import { StartFailure } from './failure.ts';

/** Where the daemon can be reached. */
export interface Listening {
  port: number;
  socket: string;
  tokenFile: string;
  /** Stops accepting, then removes socket and token file. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Opens the TCP port on loopback and the Unix socket (0600), and writes the token file (0600). `onPort` runs as soon as the
 * port is known and before anything can be asked over it. Throws StartFailure: port taken, another daemon on the socket,
 * folder not writable.
 */
export async function listen(
  api: Api,
  options: { port: number; runtimeDir: string; token: string; onPort(port: number): void },
): Promise<Listening> {
  const socket = socketPath(options.runtimeDir);
  const secret = tokenFile(options.runtimeDir);
  makeRuntimeDir(options.runtimeDir);
  await requireFreeSocket(socket);
  const { server } = api.app;
  // With a fixed port the gate knows its hosts before the first connection; with 0 nobody knows the port yet.
  if (options.port !== 0) options.onPort(options.port);
  await opened(
    server,
    () => server.listen({ host: HOST, port: options.port, exclusive: true }),
    (error) => portFailure(error, options.port),
  );
  const { port } = server.address() as AddressInfo;
  options.onPort(port);
  try {
    const before = process.umask(0o177);
    try {
      await opened(
        api.socketServer,
        () => api.socketServer.listen(socket),
        (error) => socketFailure(error, socket),
      );
    } finally {
      process.umask(before);
    }
    if (process.platform !== 'win32') chmodSync(socket, 0o600);
    const fresh = `${secret}.${process.pid}`;
    writeFileSync(fresh, `${options.token}\n`, { mode: 0o600 });
    renameSync(fresh, secret);
  } catch (error) {
    server.close();
    api.socketServer.close();
    throw error instanceof StartFailure ? error : socketFailure(error as NodeJS.ErrnoException, socket);
  }
  return {
    port,
    socket,
    tokenFile: secret,
    close: async () => {
      rmSync(secret, { force: true });
      const socketClosed = new Promise<void>((resolve) => api.socketServer.close(() => resolve()));
      const portClosed = api.app.close();
      // A request that waits for a hanging driver would hold its connection, and a kept-alive one its five seconds.
      api.socketServer.closeAllConnections();
      server.closeAllConnections();
      await Promise.all([socketClosed, portClosed]);
    },
  };
}

/** The runtime folder, private to this user: whoever can write there could put a socket of their own in our place. */
function makeRuntimeDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.platform === 'win32') return;
    const { uid, mode } = statSync(folder);
    if (uid !== process.getuid?.()) throw new StartFailure('daemon.failure.runtime_foreign', { folder });
    if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    throw new StartFailure(
      'daemon.failure.runtime_unwritable',
      { folder: dirname(folder) === folder ? folder : folder },
      3,
      error,
    );
  }
}

/** A socket that answers belongs to a living daemon; one that refuses was left by a dead one and is removed. Nothing else is. */
async function requireFreeSocket(socket: string): Promise<void> {
  if (process.platform === 'win32') return;
  const there = lstatSync(socket, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new StartFailure('daemon.failure.no_socket', { socket });
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (alive) throw new StartFailure('daemon.failure.already_running', { socket });
  rmSync(socket, { force: true });
}

function opened(
  server: Server,
  start: () => void,
  failure: (error: NodeJS.ErrnoException) => Promise<Error> | Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => void Promise.resolve(failure(error)).then(reject, reject);
    server.once('error', onError);
    server.once('listening', () => {
      server.off('error', onError);
      resolve();
    });
    start();
  });
}

async function portFailure(error: NodeJS.ErrnoException, port: number): Promise<Error> {
  if (error.code !== 'EADDRINUSE')
    return new StartFailure('daemon.failure.port_refused', { port, reason: error.code ?? error.message }, 3, error);
  const ours = await isSignet(port);
  return new StartFailure(ours ? 'daemon.failure.port_signet' : 'daemon.failure.port_taken', { port }, 3, error);
}

function socketFailure(error: NodeJS.ErrnoException, socket: string): StartFailure {
  return new StartFailure('daemon.failure.socket_refused', { socket, reason: error.code ?? error.message }, 3, error);
}

function isSignet(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: HOST, port, path: '/health', timeout: 1_000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body = (body + chunk.toString('utf8')).slice(0, 1_000);
      });
      response.on('end', () => resolve(body.includes('"name":"signet"')));
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}
