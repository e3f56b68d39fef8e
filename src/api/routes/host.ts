import type { FastifyPluginCallback, preHandlerHookHandler } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import type { ApiContext } from '../context.ts';
import { Failure, HostAnswer, HostRequest } from '../schemas/index.ts';
import { callerOf, isLocal } from './answers.ts';

/** Twice what a browser's message may have. */
const LIMIT = 16 * 1024;

/** Messages that another program's native messaging host would get. Only a program of this user speaks for a browser. */
export function hostRoutes({ bridges }: Pick<ApiContext, 'bridges'>): FastifyPluginCallback {
  return (app, _options, done) => {
    app.post<{ Body: { host: 'eu.webeid'; message: unknown } }>(
      '/v1/host',
      {
        config: { scope: 'sign' },
        preHandler: localOnly,
        bodyLimit: LIMIT,
        schema: {
          summary: "A browser's message to a native messaging host, answered in that host's protocol; local programs only",
          tags: ['sites'],
          body: HostRequest,
          response: { 200: HostAnswer, ...Failure },
        },
      },
      async (request, reply) => {
        const bridge = await bridges.webeid();
        if (bridge === null) throw new SignetError('bridge_off', { params: { name: 'webeid' } });
        return { message: await bridge.handle(request.body.message, { signal: goneSignal(reply) }) };
      },
    );
    done();
  };
}

const localOnly: preHandlerHookHandler = (request, _reply, next) => {
  next(isLocal(callerOf(request)) ? undefined : new SignetError('local_only', { variant: 'site' }));
};
