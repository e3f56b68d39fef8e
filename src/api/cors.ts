import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How long a browser may keep the answer to its question, in seconds. */
const MAX_AGE = 60;

/**
 * Lets a web page's script read what the routes for sites answer it, refusals included (Fetch, 3.2.3): its own origin is named,
 * never `*`, and no credential of a browser is ever accepted. `pageOf` tells the origin of an acceptable foreign page, or null.
 * Every other route answers as if CORS did not exist.
 */
export function useCors(app: FastifyInstance, pageOf: (request: FastifyRequest) => string | null): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions.config.web !== undefined) {
      void reply.header('vary', 'Origin');
      const origin = pageOf(request);
      if (origin !== null) void reply.header('access-control-allow-origin', origin);
    }
    done(null, payload);
  });
  // Whether this origin is paired is not said here: its request is answered, and that answer says it.
  app.options('/v1/site/:act', { config: { web: 'anyone' }, schema: { hide: true } }, (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', String(MAX_AGE))
      .send(),
  );
}
