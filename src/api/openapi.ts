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
        { name: 'procedures', description: "Issuers' procedures: unblock, obtain, renew, revoke" },
        { name: 'cases', description: 'Cases that walk a person through a procedure' },
        { name: 'diagnostics', description: 'The doctor and support bundles' },
        { name: 'site', description: 'For web sites; each asks the person' },
        { name: 'admin', description: 'Clients, sites, audit and the console' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
      servers: [
        {
          url: '/',
          description: 'Where this document is from: loopback, port 9711 unless set; the same routes are on the Unix socket',
        },
      ],
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, operationId: operationId(String([route.method].flat()[0]), url) },
      url,
    }),
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

/** What code generators name the call: `GET /v1/tokens/:tokenId/certificates` is `getTokensCertificatesByTokenId`. */
function operationId(method: string, url: string): string {
  const parts = url
    .replace(/^\/v1(?=\/)/, '')
    .split('/')
    .filter((part) => part !== '');
  const words = parts.filter((part) => !part.startsWith(':')).flatMap((part) => part.split(/[^A-Za-z0-9]+/));
  const parameters = parts.filter((part) => part.startsWith(':')).map((part) => `By${capital(part.slice(1))}`);
  return [method.toLowerCase(), ...words.map(capital), ...parameters].join('');
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
