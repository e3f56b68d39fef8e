import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isOwnUser, originOf } from '../access/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Site } from '../sites/index.ts';
import type { BridgeContext, BridgeName, BridgeState } from './bridge.ts';

const HOST = '127.0.0.1';
/** Largest body, in bytes: what the SCS specification recommends. */
const BODY_LIMIT = 2 * 1024 * 1024;
/** How long a client may take to send its request, in milliseconds. A person's answer is not bound by it. */
const REQUEST_TIMEOUT = 30_000;

export interface Ports {
  /** 0 takes a free one. */
  port: number;
  tlsPort: number;
}

/** What a protocol adds: its routes, and how it words a refusal. */
export interface Protocol {
  name: BridgeName;
  routes(app: FastifyInstance): void;
  /** Answers in the protocol's own words; `error` is mostly a SignetError. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown;
}

/**
 * One protocol's HTTP server on loopback, and the same routes over TLS where there is a certificate. Host and Origin are looked
 * at before anything else: no work for a rebound name, `null`, or what can be no site (docs/bridges.md).
 */
export class Loopback {
  readonly #context: BridgeContext;
  readonly #protocol: Protocol;
  readonly #ports: Ports;
  #app: FastifyInstance | null = null;
  #tls: TlsServer | null = null;
  #problem: BridgeState['problem'] = null;
  /** Milliseconds to find out, and the same for as long as the connection lasts. */
  readonly #owners = new WeakMap<Socket, boolean>();

  constructor(context: BridgeContext, protocol: Protocol, ports: Ports) {
    this.#context = context;
    this.#protocol = protocol;
    this.#ports = ports;
  }

  state(): BridgeState {
    const plain = addressOf(this.#app?.server);
    const secure = addressOf(this.#tls);
    return {
      name: this.#protocol.name,
      enabled: true,
      listening: [
        ...(plain === null ? [] : [`http://${HOST}:${plain}`]),
        ...(secure === null ? [] : [`https://${HOST}:${secure}`]),
      ],
      problem: this.#problem,
    };
  }

  /** Listens. Never rejects: a port that is taken is told by `state`. */
  async start(): Promise<void> {
    const app = this.#build();
    this.#app = app;
    await app.ready();
    await this.#listen(app.server, this.#ports.port);
    const tls = this.#context.tls();
    if (tls === null) return;
    try {
      this.#tls = createTlsServer({ ...tls, minVersion: 'TLSv1.2', requestTimeout: REQUEST_TIMEOUT }, (request, response) =>
        app.routing(request, response),
      );
      await this.#listen(this.#tls, this.#ports.tlsPort);
    } catch {
      this.#problem = { code: 'tls_unusable', params: {} };
    }
  }

  async stop(): Promise<void> {
    const tls = this.#tls;
    tls?.closeAllConnections();
    await Promise.all([
      this.#app?.close(),
      tls === null || !tls.listening ? undefined : new Promise<void>((resolve) => tls.close(() => resolve())),
    ]);
  }

  #build(): FastifyInstance {
    const app = Fastify({
      logger: false,
      bodyLimit: BODY_LIMIT,
      forceCloseConnections: true,
      requestTimeout: REQUEST_TIMEOUT,
      http: { maxHeaderSize: 16 * 1024 },
    }) as unknown as FastifyInstance;
    // Clients say JSON and send nothing, or a form: the routes read the text themselves.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').header('vary', 'Origin');
      const refused = this.#require(request, reply);
      if (refused !== null) return done(refused);
      if (request.method !== 'OPTIONS') return done();
      reply
        .headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'Content-Type, Accept',
          'access-control-max-age': '60',
        })
        .code(204)
        .send();
    });
    app.setErrorHandler((error, request, reply) => this.#refuse(error, request, reply));
    app.setNotFoundHandler((request, reply) => this.#refuse(new SignetError('not_found'), request, reply));
    app.options('*', (_request, reply) => reply.send());
    this.#protocol.routes(app);
    return app;
  }

  /** Why the request is turned away before any work, or null; lets the page of an acceptable origin read the answer. */
  #require({ headers, raw }: FastifyRequest, reply: FastifyReply): SignetError | null {
    const port = (raw.socket.address() as AddressInfo).port;
    const host = headers.host?.toLowerCase();
    if (host === undefined || ![HOST, 'localhost', '[::1]'].some((name) => host === `${name}:${port}`))
      return new SignetError('host_not_allowed');
    // A form or a request that no preflight came before can say anything but JSON: it is turned away unread.
    if (raw.method === 'POST' && !/^application\/json\b/i.test(headers['content-type'] ?? ''))
      return new SignetError('unsupported_media_type');
    const { origin } = headers;
    if (origin === undefined) return null;
    if (originOf(origin) === null) return new SignetError('origin_not_paired', { variant: 'insecure' });
    // Any program can send an Origin: one of another user's must not pass for the person's browser.
    if (!this.#isOwn(raw.socket)) return new SignetError('origin_not_paired');
    reply.header('access-control-allow-origin', origin);
    return null;
  }

  #isOwn(socket: Socket): boolean {
    const own = this.#owners.get(socket) ?? isOwnUser(socket);
    this.#owners.set(socket, own);
    return own;
  }

  #refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
    if (!(error instanceof SignetError) && (error as { statusCode?: number }).statusCode === undefined)
      this.#context.log.error(
        { bridge: this.#protocol.name, err: { name: (error as Error).name, stack: (error as Error).stack } },
        'internal error',
      );
    return this.#protocol.refuse(error, request, reply);
  }

  async #listen(server: NonNullable<FastifyInstance['server']> | TlsServer, port: number): Promise<void> {
    await new Promise<void>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        this.#problem = { code: taken ? 'port_taken' : 'port_refused', params: { port, reason: error.code ?? '' } };
        resolve();
      });
      server.listen({ host: HOST, port, exclusive: true }, resolve);
    });
  }
}

/** The site that asks: a browser says its origin with every POST. Throws `origin_not_paired` for a request without one. */
export function siteOf({ sites }: BridgeContext, { headers }: FastifyRequest, via: 'scs' | 'nexu'): Site {
  const { origin } = headers;
  // Absent is no proof of a local program: a rebound page's GET has none either.
  if (origin === undefined) throw new SignetError('origin_not_paired', { variant: 'insecure' });
  return sites.site(origin, via);
}

/** A JSON object in a body that may be empty. Throws `invalid_request`. */
export function objectIn(body: unknown): Record<string, unknown> {
  const text = typeof body === 'string' ? body.trim() : '';
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw invalid('body', 'to be a JSON object');
}

export function invalid(field: string, expected: string): SignetError {
  return new SignetError('invalid_request', { params: { field }, extra: { errors: [{ field, expected }] } });
}

/** Bytes from standard base64, padded or not. Throws `invalid_request`. */
export function bytesIn(value: unknown, field: string): Buffer {
  const text = typeof value === 'string' ? value.replace(/\s/g, '') : null;
  // One digit alone is no byte: something was lost on the way.
  if (text === null || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    throw invalid(field, 'to be base64');
  return Buffer.from(text, 'base64');
}

function addressOf(server: { address(): AddressInfo | string | null; listening: boolean } | null | undefined): number | null {
  const address = server?.listening === true ? server.address() : null;
  return typeof address === 'object' && address !== null ? address.port : null;
}

/** An error in the words of the error table, where it is Fastify's own: a body too long or unreadable. */
export function tabled(error: unknown): SignetError {
  if (error instanceof SignetError) return error;
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 413) return new SignetError('payload_too_large');
  return new SignetError(status !== undefined && status < 500 ? 'invalid_request' : 'internal_error', {
    params: { field: 'body' },
  });
}
