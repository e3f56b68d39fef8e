import type { FastifyPluginCallback } from 'fastify';
import { Type } from '../../schema/index.ts';
import type { Scope } from '../../store/index.ts';
import type { ApiContext } from '../context.ts';
import { AddClientAnswer, AddClientRequest, AuditAnswer, AuditQuery, Client, Done, Failure } from '../schemas/index.ts';
import { callerOf } from './answers.ts';

const config = { scope: 'admin' } as const;

/** Named clients and the audit trail. */
export function adminRoutes({ credentials, audit, tokens }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get<{ Querystring: { limit: number; before?: number } }>(
      '/v1/audit',
      {
        config,
        schema: {
          summary: 'Who asked for what, newest first',
          tags: ['admin'],
          querystring: AuditQuery,
          response: { 200: AuditAnswer, ...Failure },
        },
      },
      (request) => ({ entries: audit.list(request.query), sound: audit.firstBreak() === null }),
    );
    app.get(
      '/v1/clients',
      {
        config,
        schema: {
          summary: 'Named local clients',
          tags: ['admin'],
          response: { 200: Type.Object({ clients: Type.Array(Client) }), ...Failure },
        },
      },
      () => ({ clients: credentials.list() }),
    );
    app.post<{ Body: { name: string; scopes: Scope[] } }>(
      '/v1/clients',
      {
        config,
        bodyLimit: 16 * 1024,
        schema: {
          summary: 'Make a client; its token is shown this once',
          tags: ['admin'],
          body: AddClientRequest,
          response: { 201: AddClientAnswer, ...Failure },
        },
      },
      (request, reply) => {
        const made = credentials.add(request.body.name, request.body.scopes);
        audit.addNow({
          caller: callerOf(request).id,
          action: 'clients.add',
          outcome: 'ok',
          detail: { name: made.client.name, scopes: made.client.scopes.join(' ') },
        });
        return reply.code(201).send(made);
      },
    );
    app.delete<{ Params: { name: string } }>(
      '/v1/clients/:name',
      { config, schema: { summary: "End a client's access", tags: ['admin'], response: { 204: Done, ...Failure } } },
      async (request, reply) => {
        credentials.remove(request.params.name);
        await tokens.endCaller({ id: `client:${request.params.name}` });
        audit.addNow({
          caller: callerOf(request).id,
          action: 'clients.remove',
          outcome: 'ok',
          detail: { name: request.params.name },
        });
        return reply.code(204).send();
      },
    );
    done();
  };
}
