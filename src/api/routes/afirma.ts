import type { FastifyPluginCallback } from 'fastify';
import { SignetError } from '../../errors/index.ts';
import type { ApiContext } from '../context.ts';
import { AfirmaLaunchAnswer, AfirmaLaunchRequest, Failure } from '../schemas/index.ts';
import { callerOf, isLocal } from './answers.ts';

/** The scheme handler's way in: a browser has started it with a site's `afirma:` address. */
export function afirmaRoutes({ bridges }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    app.post<{ Body: { url: string } }>(
      '/v1/bridges/afirma/launch',
      {
        config: { scope: 'admin' },
        bodyLimit: 8 * 1024,
        schema: {
          summary: "Open the session that a site's afirma: address asks for; local programs only",
          tags: ['admin'],
          body: AfirmaLaunchRequest,
          response: { 201: AfirmaLaunchAnswer, ...Failure },
        },
      },
      async (request, reply) => {
        if (!isLocal(callerOf(request))) throw new SignetError('local_only', { variant: 'site' });
        const bridge = await bridges.afirma();
        if (bridge === null) throw new SignetError('bridge_off', { params: { name: 'afirma' } });
        return reply.code(201).send(await bridge.launch(request.body.url));
      },
    );
    done();
  };
}
