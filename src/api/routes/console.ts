import type { FastifyPluginCallback } from 'fastify';
import { CONSOLE_CALLER } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { supported } from '../../messages/index.ts';
import type { ApiContext } from '../context.ts';
import { ConsoleCode, ConsoleCodeState, ConsoleSession, ConsoleSessionRequest, Done, Failure } from '../schemas/index.ts';
import { callerOf, isLocal } from './answers.ts';

const SMALL = 4 * 1024;

/** The door of the console: a one-time code for a local program, a session for the page that brings it. */
export function consoleRoutes({ gate, credentials, audit, tokens, language, version }: ApiContext): FastifyPluginCallback {
  const sessions = credentials.console;
  return (app, _options, done) => {
    app.post(
      '/v1/console/codes',
      {
        config: { scope: 'admin' },
        bodyLimit: SMALL,
        schema: {
          summary: 'Make a one-time code that opens the console; local programs only',
          tags: ['admin'],
          response: { 201: ConsoleCode, ...Failure },
        },
      },
      (request, reply) => {
        if (!isLocal(callerOf(request))) throw new SignetError('local_only');
        return reply.code(201).send({ ...sessions.makeCode(), url: `${gate.address}/console/` });
      },
    );
    app.get<{ Params: { codeId: string } }>(
      '/v1/console/codes/:codeId',
      {
        config: { scope: 'admin' },
        schema: {
          summary: 'What became of a code; local programs only',
          tags: ['admin'],
          response: { 200: ConsoleCodeState, ...Failure },
        },
      },
      (request) => {
        if (!isLocal(callerOf(request))) throw new SignetError('local_only');
        return { state: sessions.codeState(request.params.codeId) };
      },
    );
    app.post<{ Body: { code: string } }>(
      '/v1/console/session',
      {
        config: { scope: 'open' },
        bodyLimit: SMALL,
        onRequest: ({ headers, method }, _reply, next) => {
          gate.requireOwnPage({ headers, method, overSocket: false });
          next();
        },
        schema: {
          summary: 'Exchange a one-time code for a console session; from the console itself only',
          tags: ['admin'],
          security: [],
          body: ConsoleSessionRequest,
          response: { 201: ConsoleSession, ...Failure },
        },
      },
      async (request, reply) => {
        const others = sessions.open;
        const opened = sessions.exchange(request.body.code);
        // A login that an earlier console left behind is not this one's.
        if (others === 0) await tokens.endCaller({ id: CONSOLE_CALLER });
        audit.addNow({ caller: CONSOLE_CALLER, action: 'console.open', outcome: 'ok', detail: {} });
        return reply.code(201).send({ ...opened, language: supported(language) ?? null, version });
      },
    );
    app.delete(
      '/v1/console/session',
      {
        config: { scope: 'status' },
        schema: { summary: "End this page's session", tags: ['admin'], response: { 204: Done, ...Failure } },
      },
      async (request, reply) => {
        if (!sessions.end(callerOf(request))) throw new SignetError('not_found');
        if (sessions.open === 0) await tokens.endCaller({ id: CONSOLE_CALLER });
        audit.addNow({ caller: CONSOLE_CALLER, action: 'console.close', outcome: 'ok', detail: {} });
        return reply.code(204).send();
      },
    );
    done();
  };
}
