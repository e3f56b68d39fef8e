import type { FastifyPluginCallback } from 'fastify';
import type { ApiContext } from '../context.ts';
import { adminRoutes } from './admin.ts';
import { afirmaRoutes } from './afirma.ts';
import { bundleRoutes } from './bundles.ts';
import { caseRoutes } from './cases.ts';
import { consoleRoutes } from './console.ts';
import { diagnosticRoutes } from './diagnostics.ts';
import { eventRoutes } from './events.ts';
import { hostRoutes } from './host.ts';
import { originRoutes } from './origins.ts';
import { pinRoutes } from './pin.ts';
import { procedureRoutes } from './procedures.ts';
import { promptRoutes } from './prompts.ts';
import { settingsRoutes } from './settings.ts';
import { signRoutes } from './sign.ts';
import { siteRoutes } from './site.ts';
import { stateRoutes } from './state.ts';

/** Every route of this version of the API. */
export function routes(context: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    for (const plugin of [
      stateRoutes,
      procedureRoutes,
      pinRoutes,
      signRoutes,
      eventRoutes,
      promptRoutes,
      siteRoutes,
      hostRoutes,
      originRoutes,
      adminRoutes,
      afirmaRoutes,
      caseRoutes,
      consoleRoutes,
      diagnosticRoutes,
      bundleRoutes,
      settingsRoutes,
    ])
      app.register(plugin(context));
    done();
  };
}
