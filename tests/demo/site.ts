import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { canonical, type Fields } from './canonical.ts';
import { checkLogin, checkSignature, nameOf, Refused, type Token } from './check.ts';
import { selfSigned } from './tls.ts';

/** What a visitor is to the server. */
interface Visit {
  nonce: { value: string; until: number } | null;
  holder: string | null;
}

interface Paper {
  holder: string;
  signer: string;
  fields: Fields;
}

export interface DemoSite extends AsyncDisposable {
  port: number;
  /** The same pages without TLS. */
  plainPort: number;
  /** The forms that were handed in, signed and checked. */
  received: Paper[];
  /** Why logins and forms were not accepted. */
  refused: string[];
  /** `https://<host>:<port>` */
  origin(host?: string): string;
}

const COOKIE = '__Host-visit';
const NONCE_LIFE = 5 * 60_000;
const MODULE = join(import.meta.dirname, '../../dist/client/web/index.js');
const HOME = 'sede.test';

const FILES: Readonly<Record<string, readonly [type: string, path: string]>> = {
  '/': ['text/html', join(import.meta.dirname, 'page/index.html')],
  '/page.js': ['text/javascript', join(import.meta.dirname, 'page/page.js')],
  '/page.css': ['text/css', join(import.meta.dirname, 'page/page.css')],
  '/signet-web.js': ['text/javascript', MODULE],
};

/**
 * A small e-administration over https on loopback: people log in with their card and sign a form. `authority` issues the
 * certificates that it accepts (PEM). It answers as any of `hosts`; its own name, which a login is bound to, is the first.
 */
export async function startDemoSite(authority: string, hosts: readonly string[] = [HOME, 'localhost']): Promise<DemoSite> {
  const trusted = new X509Certificate(authority);
  const visits = new Map<string, Visit>();
  const app = fastify({ https: await selfSigned(hosts), forceCloseConnections: true });
  const site: Pick<DemoSite, 'received' | 'refused'> = { received: [], refused: [] };
  let origin = '';

  const visitOf = (cookie: string | undefined): Visit | undefined =>
    visits.get(new RegExp(`${COOKIE}=([\\w-]+)`).exec(cookie ?? '')?.[1] ?? '');

  for (const [path, [type, file]] of Object.entries(FILES))
    app.get(path, (_request, reply) => reply.type(type).send(readFileSync(file)));
  app.get<{ Querystring: { src: string } }>('/framed', ({ query }, reply) => reply.type('text/html').send(framed(query.src)));

  app.post('/challenge', (_request, reply) => {
    const id = randomBytes(24).toString('base64url');
    const value = randomBytes(32).toString('base64');
    visits.set(id, { nonce: { value, until: Date.now() + NONCE_LIFE }, holder: null });
    return reply
      .header('set-cookie', `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Strict`)
      .send({ challengeNonce: value });
  });
  app.post<{ Body: Token }>('/login', (request, reply) => {
    const visit = visitOf(request.headers.cookie);
    const nonce = visit?.nonce ?? null;
    // Whatever comes of it, a challenge is good for one answer.
    if (visit !== undefined) visit.nonce = null;
    try {
      if (visit === undefined || nonce === null || nonce.until < Date.now()) throw new Refused('nonce');
      visit.holder = nameOf(checkLogin(request.body, origin, nonce.value, trusted));
      return { holder: visit.holder };
    } catch (error) {
      return reply.code(403).send({ reason: reasonOf(error) });
    }
  });
  app.post<{ Body: { fields: Fields; certificate: string; algorithm: string; signature: string } }>('/form', (request, reply) => {
    const holder = visitOf(request.headers.cookie)?.holder ?? null;
    try {
      if (holder === null) throw new Refused('login');
      const { fields, ...signature } = request.body;
      const signer = nameOf(checkSignature(signature, Buffer.from(canonical(fields), 'utf8'), trusted));
      site.received.push({ holder, signer, fields });
      return { number: site.received.length, signer };
    } catch (error) {
      return reply.code(403).send({ reason: reasonOf(error) });
    }
  });

  function reasonOf(error: unknown): string {
    const reason = error instanceof Refused ? error.message : 'unexpected';
    site.refused.push(reason);
    return reason;
  }

  await app.listen({ host: '127.0.0.1', port: 0 });
  const port = portOf(app.server);
  origin = `https://${hosts[0]}:${port}`;
  const plain = await startPlain();
  return {
    ...site,
    port,
    plainPort: portOf(plain),
    origin: (host = hosts[0] ?? HOME) => `https://${host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      plain.closeAllConnections();
      await Promise.all([app.close(), new Promise((resolve) => plain.close(resolve))]);
    },
  };
}

/** The same page without TLS, which browsers do not take for a secure context unless it is on this machine by name. */
async function startPlain(): Promise<Server> {
  const server = createServer((request, response) => {
    const [type, file] = FILES[request.url ?? ''] ?? ['text/plain', ''];
    if (file === '') return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A page with another page inside. */
function framed(address: string): string {
  const script = "import { signet } from '/signet-web.js'; globalThis.signet = signet;";
  return `<!doctype html><title>Framed</title><script type="module">${script}</script><iframe src="${encodeURI(address)}" title="Another site"></iframe>`;
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
