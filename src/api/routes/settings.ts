import type { FastifyPluginCallback } from 'fastify';
import type { ApiContext } from '../context.ts';
import { Failure, SettingsAnswer } from '../schemas/index.ts';

/** `/v1/settings`: what this daemon runs with. Reading only: settings change in their places and at a start. */
export function settingsRoutes({ settings }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/v1/settings',
      {
        config: { scope: 'admin' },
        schema: {
          summary: 'The settings in effect and where each is from; version and places',
          tags: ['admin'],
          response: { 200: SettingsAnswer, ...Failure },
        },
      },
      () => settings(),
    );
    done();
  };
}
