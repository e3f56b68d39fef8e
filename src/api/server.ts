import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { type Arrival, type Gate, isOwnUser, requireScope } from '../access/index.ts';
import { type ErrorCode, SignetError } from '../errors/index.ts';
import { pickLanguage } from '../messages/index.ts';
import { useJsonBodies } from './body.ts';
import { useConsole } from './console.ts';
import type { ApiContext } from './context.ts';
import { useCors } from './cors.ts';
import { useOpenApi } from './openapi.ts';
import { rawProblem, sendProblem } from './problem.ts';
import { routes } from './routes/index.ts';
import { MAX_DATA } from './schemas/index.ts';
import { useValidators } from './validate.ts';
import { withWayOut } from './way-out.ts';

/** Base64 and JSON around the largest data. */
const BODY_LIMIT = Math.ceil((MAX_DATA * 4) / 3) + 65_536;
const HEADER_LIMIT = 16 * 1024;
/** How long a refused connection may take to read why, in milliseconds. */
const LINGER = 1_000;

/** The HTTP API, ready to listen over TCP, and a second server of the same routes for the Unix socket. */
export interface Api {
  app: FastifyInstance;
  socketServer: Server;
}

/** Builds the API over the daemon's rooms. Every route passes the gate first; see src/access/gate.ts. */
export async function buildApi(context: ApiContext): Promise<Api> {
  const overSocket = new WeakSet<Socket>();
  // Milliseconds to find out, and the same for as long as the connection lasts.
  const owners = new WeakMap<Socket, boolean>();
  const ownUser = (socket: Socket): boolean => {
    const own = owners.get(socket) ?? isOwnUser(socket);
    owners.set(socket, own);
    return own;
  };
  const arrivalOf = ({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): Arrival => ({
    headers,
    method: raw.method ?? '',
    overSocket: overSocket.has(raw.socket),
    ownUser: () => ownUser(raw.socket),
  });
  const app = Fastify({
    loggerInstance: context.log,
    // No request is logged by itself: a child logger for each would be made for nothing.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    serializerOpts: { ajv: { formats: { base64: true, password: true } } },
    bodyLimit: BODY_LIMIT,
    // An origin in full, escaped.
    routerOptions: { maxParamLength: 400 },
    forceCloseConnections: true,
    return503OnClosing: false,
    requestTimeout: 120_000,
    http: { maxHeaderSize: HEADER_LIMIT, requireHostHeader: false },
    clientErrorHandler: (error, socket) => refuseConnection(error, socket as Socket, context.language),
    // A path that is no UTF-8 never comes to a hook: who asks is looked at here as everywhere.
    frameworkErrors: (error, request, reply) =>
      sendProblem(strangerAt(context.gate, arrivalOf(request)) ?? error, request, reply, context.language),
  }) as unknown as FastifyInstance;
  app.decorateRequest('principal', null);
  app.decorateRequest('secrets', null);
  useValidators(app);
  useJsonBodies(app);
  const patterns: { method: string; pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) patterns.push({ method: each, pattern: patternOf(url) });
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    const arrival = arrivalOf(request);
    try {
      requireOneHost(request.raw.rawHeaders);
      const { config, schema, url } = request.routeOptions;
      const { web } = config;
      if (web !== undefined) {
        request.principal = context.gate.requireSite(arrival, web);
        return done();
      }
      context.gate.requirePlace(arrival);
      const scope = url?.startsWith('/docs') ? 'open' : config.scope;
      if (scope !== 'open') {
        request.principal = context.gate.identify(arrival);
        if (scope !== undefined) requireScope(request.principal, scope);
      }
      requireNoQuery(request, url, schema?.querystring);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  // One comparison a request while the log is not verbose. The path's pattern, never the path: an id in it may be somebody's.
  app.addHook('onResponse', (request, reply, done) => {
    if (context.log.isLevelEnabled('debug')) {
      const { method, principal, routeOptions } = request;
      const ms = Math.round(reply.elapsedTime);
      context.log.debug({ method, route: routeOptions.url, status: reply.statusCode, ms, caller: principal?.id }, 'request');
    }
    done();
  });
  useCors(app, (request) => context.gate.foreignPage(arrivalOf(request)));
  app.setErrorHandler((thrown, request, reply) => {
    const error = isQuery(thrown) ? new SignetError('method_not_allowed') : thrown;
    const unexpected = !(error instanceof SignetError) && (error as { statusCode?: number }).statusCode === undefined;
    if (unexpected)
      context.log.error(
        { err: { name: (error as Error).name, stack: (error as Error).stack }, route: request.routeOptions.url },
        'internal error',
      );
    sendProblem(withWayOut(error, request, context), request, reply, context.language);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length > 0 && !methods.includes(request.method)) reply.header('allow', [...new Set(methods)].join(', '));
    const known = methods.length > 0 && !methods.includes(request.method);
    sendProblem(new SignetError(known ? 'method_not_allowed' : 'not_found'), request, reply, context.language);
  });
  await useOpenApi(app, context.version);
  await useConsole(app);
  await app.register(routes(context));
  await app.ready();
  const listener: RequestListener = (request, response) => app.routing(request, response);
  const socketServer = createServer({ maxHeaderSize: HEADER_LIMIT, requireHostHeader: false, requestTimeout: 120_000 }, listener);
  // Told by the server that accepted the connection: a closed TCP socket has no peer address either.
  socketServer.on('connection', (socket: Socket) => overSocket.add(socket));
  for (const server of [app.server, socketServer]) {
    // An expectation that nobody knows may be ignored (RFC 9110, 10.1.1); Node.js would answer it before the gate, and without a body.
    server.on('checkExpectation', listener);
    // No proxy.
    server.on('connect', (_request, socket: Socket) => endWith(socket, 'method_not_allowed', context.language));
  }
  socketServer.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuseConnection(error, socket as Socket, context.language),
  );
  return { app, socketServer };
}

/** Node.js takes the first of several Host headers; which of them was meant, nobody knows (RFC 9112, 3.2). */
function requireOneHost(rawHeaders: readonly string[]): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) throw new SignetError('host_not_allowed');
}

/** Refuses a query where a route for programs takes none: a name that nobody reads is a mistake that nobody would see. */
function requireNoQuery({ raw }: FastifyRequest, url: string | undefined, querystring: unknown): void {
  if (querystring !== undefined || !raw.url?.includes('?') || !url?.startsWith('/v1/')) return;
  const errors = [{ field: 'query', expected: 'nothing' }];
  throw new SignetError('invalid_request', { params: { field: 'query' }, extra: { errors } });
}

/** Fastify wants a content type of the method QUERY before it looks whether any route takes it; none does. */
function isQuery(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE';
}

/** Why this arrival is turned away, or null. */
function strangerAt(gate: Gate, arrival: Arrival): unknown {
  try {
    gate.requirePlace(arrival);
    gate.identify(arrival);
    return null;
  } catch (error) {
    return error;
  }
}

function patternOf(url: string): RegExp {
  const source = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+');
  return new RegExp(`^${source.replaceAll('\\*', '.*')}$`);
}

function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, language: string | undefined): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request_timeout'
        : 'invalid_request';
  endWith(socket, code, language);
}

function endWith(socket: Socket, code: ErrorCode, language: string | undefined): void {
  socket.end(rawProblem(code, pickLanguage(language === undefined ? {} : { configured: language })));
  // Whoever never closes its end must not keep ours; destroyed at once, what is still unread would take the answer with it.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}
