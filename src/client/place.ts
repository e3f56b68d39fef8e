import { readFileSync } from 'node:fs';
import { isPrivate, runtimeDir, socketPath, tokenFile } from '../places/index.ts';
import { DaemonUnreachable } from './failure.ts';

/** How to reach the daemon. With nothing given: the socket in this user's runtime folder. */
export interface Where {
  /** The folder of socket and token file. */
  runtimeDir?: string;
  /** A Unix socket or Windows pipe; used as it is. */
  socketPath?: string;
  /** `http://127.0.0.1:9711`: TCP instead of the socket. */
  url?: string;
  /** Bearer token for TCP; the one of the runtime folder when left out. */
  token?: string;
}

/** Where a request goes. */
export interface Place {
  /** For people. */
  name: string;
  socketPath?: string;
  host?: string;
  port?: number;
  token?: string;
}

/** Finds the daemon. Throws DaemonUnreachable when there is no runtime folder or token file, or others could have put them there. */
export function findDaemon(where: Where): Place {
  if (where.socketPath !== undefined) return { name: where.socketPath, socketPath: where.socketPath };
  const folder = where.runtimeDir ?? runtimeDir();
  if (where.url === undefined) {
    const path = socketPath(folder);
    requirePrivate(folder, path);
    return { name: path, socketPath: path };
  }
  const { hostname, port, protocol } = new URL(where.url);
  if (protocol !== 'http:') throw new TypeError('Signet is reached over http: on this machine');
  return {
    name: where.url,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    token: where.token ?? readToken(folder, where.url),
  };
}

function readToken(folder: string, name: string): string {
  requirePrivate(folder, name);
  try {
    return readFileSync(tokenFile(folder), 'utf8').trim();
  } catch (error) {
    throw new DaemonUnreachable(
      (error as NodeJS.ErrnoException).code === 'EACCES' ? 'forbidden' : 'absent',
      tokenFile(folder),
      error,
    );
  }
}

function requirePrivate(folder: string, name: string): void {
  // A pipe is not in the folder that names it.
  if (process.platform === 'win32') return;
  let safe: boolean;
  try {
    safe = isPrivate(folder);
  } catch (error) {
    throw new DaemonUnreachable((error as NodeJS.ErrnoException).code === 'EACCES' ? 'forbidden' : 'absent', name, error);
  }
  if (!safe) throw new DaemonUnreachable('unsafe', name);
}
