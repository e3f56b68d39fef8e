import type { FastifyPluginCallback } from 'fastify';
import type { ApiContext } from '../context.ts';
import { adminRoutes } from './admin.ts';
import { eventRoutes } from './events.ts';
import { pinRoutes } from './pin.ts';
import { signRoutes } from './sign.ts';
import { stateRoutes } from './state.ts';

/** Every route of this version of the API. */
export function routes(context: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    for (const plugin of [stateRoutes, pinRoutes, signRoutes, eventRoutes, adminRoutes]) app.register(plugin(context));
    done();
  };
}
