import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const BLANK = '<!doctype html><meta charset="utf-8"><title>a site</title><body></body>';

/** Servers of blank pages on loopback: two ports of plain HTTP and one of HTTPS, whose names the browser is told to find here. */
export interface Pages extends Disposable {
  first: number;
  second: number;
  secure: number;
}

export async function servePages(): Promise<Pages> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-pages-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=pages', '-days', '2'];
  const made = spawnSync('openssl', ['req', '-x509', ...names, '-keyout', key, '-out', cert], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no certificate for the pages: ${made.stderr}`);
  const answer = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(BLANK);
  };
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
  rmSync(folder, { recursive: true });
  const servers: Server[] = [createServer(answer), createServer(answer), secure];
  const [first = 0, second = 0, third = 0] = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          // Names of this machine may mean either family.
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  return {
    first,
    second,
    secure: third,
    [Symbol.dispose]: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** A request that a daemon in this process has answered. */
export interface Answered {
  method: string;
  /** What the request's address carries as `?probe=`. */
  probe: string;
  origin: string | undefined;
  status: number;
}

/** Hears of every answer of the daemon on this port, whatever the browser lets the page see of it. */
export function hearAnswers(port: number): Disposable & { answered: Answered[] } {
  const answered: Answered[] = [];
  const hear = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.socket.localPort !== port) return;
    const probe = new URL(request.url ?? '/', 'http://localhost').searchParams.get('probe') ?? '';
    answered.push({ method: request.method ?? '', probe, origin: request.headers.origin, status: response.statusCode });
  };
  subscribe('http.server.response.finish', hear);
  return { answered, [Symbol.dispose]: () => unsubscribe('http.server.response.finish', hear) };
}

/**
 * What a name that was bound to this machine after its page was loaded looks like: the same port at another address of loopback,
 * which serves a page and hands everything else to the daemon as it came, `Host` and all.
 */
export async function rebind(port: number): Promise<Disposable> {
  const server = createServer((asked, response) => {
    if (asked.url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(BLANK);
      return;
    }
    const { method, url, rawHeaders } = asked;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers: rawHeaders, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, REBOUND, resolve));
  return {
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The other address. */
export const REBOUND = '127.0.0.2';
