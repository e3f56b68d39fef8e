import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** The page's own scripts and styles and nothing else; its framework writes style attributes. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** OpenAPI 3.1 at /openapi.json, made from the schemas that validate, and a page of it at /docs that loads nothing from elsewhere. */
export async function useOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Signet',
        version,
        description: 'The program between your smart card or USB key and everything that wants a signature from it.',
        license: { name: 'MIT' },
      },
      tags: [
        { name: 'state', description: 'What is there' },
        { name: 'pin', description: 'Acts on a PIN; each can spend a try' },
        { name: 'sign', description: 'Signatures' },
        { name: 'admin', description: 'Clients and audit' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  });
  app.get('/openapi.json', { config: { scope: 'open' }, schema: { hide: true } }, () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: () => PAGE_POLICY,
    theme: { title: 'Signet API' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', supportedSubmitMethods: [], validatorUrl: null },
  });
}
