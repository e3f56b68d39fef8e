import type { FastifyPluginCallback } from 'fastify';
import { originOf } from '../../access/index.ts';
import type { SiteRight } from '../../store/index.ts';
import type { ApiContext } from '../context.ts';
import { Done, Failure, NarrowOriginRequest, Origin, OriginsAnswer } from '../schemas/index.ts';
import { callerOf } from './answers.ts';

const config = { scope: 'admin' } as const;

interface OnOrigin {
  Params: { origin: string };
}

/** The sites that the person has paired: seen, narrowed and ended. Pairing itself is done in a prompt only. */
export function originRoutes({
  origins,
  audit,
  tokens,
}: Pick<ApiContext, 'origins' | 'audit' | 'tokens'>): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/v1/origins',
      { config, schema: { summary: 'Paired sites', tags: ['admin'], response: { 200: OriginsAnswer, ...Failure } } },
      () => ({ origins: origins.list() }),
    );
    app.patch<OnOrigin & { Body: { rights?: SiteRight[]; expiresAt?: string } }>(
      '/v1/origins/:origin',
      {
        config,
        bodyLimit: 16 * 1024,
        schema: {
          summary: 'Take rights or time away from a site',
          tags: ['admin'],
          body: NarrowOriginRequest,
          response: { 200: Origin, ...Failure },
        },
      },
      (request) => {
        const origin = canonical(request.params.origin);
        const narrowed = origins.narrow(origin, request.body);
        const { rights, expiresAt } = narrowed;
        record(callerOf(request).id, 'origins.narrow', { origin, rights: rights.join(' '), expiresAt });
        return narrowed;
      },
    );
    app.delete<OnOrigin>(
      '/v1/origins/:origin',
      { config, schema: { summary: 'End a pairing at once', tags: ['admin'], response: { 204: Done, ...Failure } } },
      async (request, reply) => {
        const origin = canonical(request.params.origin);
        origins.revoke(origin);
        await tokens.endCaller({ id: `site:${origin}` });
        record(callerOf(request).id, 'origins.revoke', { origin });
        return reply.code(204).send();
      },
    );
    app.delete<{ Params: { origin: string; sha256: string } }>(
      '/v1/origins/:origin/certificates/:sha256',
      {
        config,
        schema: {
          summary: 'Have a site ask again before it sees a certificate',
          tags: ['admin'],
          response: { 204: Done, ...Failure },
        },
      },
      (request, reply) => {
        const { origin, sha256 } = request.params;
        origins.forget(canonical(origin), sha256);
        record(callerOf(request).id, 'origins.forget', { origin: canonical(origin) });
        return reply.code(204).send();
      },
    );
    done();
  };

  function record(caller: string, action: string, detail: Record<string, string>): void {
    audit.addNow({ caller, action, outcome: 'ok', detail });
  }
}

/** What a person wrote, as it is kept; what is no origin is found nowhere. */
function canonical(text: string): string {
  return originOf(text) ?? text;
}
