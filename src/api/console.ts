import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Of what the page could ask the browser for, it wants only the clipboard, to copy a fingerprint. */
const FEATURES = [
  'accelerometer=()',
  'camera=()',
  'clipboard-write=(self)',
  'display-capture=()',
  'geolocation=()',
  'gyroscope=()',
  'hid=()',
  'microphone=()',
  'midi=()',
  'payment=()',
  'serial=()',
  'usb=()',
].join(', ');

/** Built by Vite. A daemon that runs from its sources serves the page that was built last. */
const BUILT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/console/' : '../console/', import.meta.url));

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': FEATURES,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** Serves the console's files at /console/, to anyone on this machine: they hold no secret. The gate checks Host all the same. */
export async function useConsole(app: FastifyInstance): Promise<void> {
  // Whatever is answered down there, refusals and files that are not there too: the browser shows it under the page's own origin.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (isBelow(request.url)) void reply.headers(HEADERS);
    done(null, payload);
  });
  await app.register(async (part) => {
    await part.register(fastifyStatic, { root: BUILT, serve: false, suppressWarning: true, decorateReply: true });
    part.get('/console', { config: { scope: 'open' }, schema: { hide: true } }, (_request, reply) => reply.redirect('/console/'));
    part.get<{ Params: { '*': string } }>(
      '/console/*',
      { config: { scope: 'open' }, schema: { hide: true } },
      (request, reply) => {
        void reply.header('cache-control', 'no-cache');
        const path = request.params['*'] || 'index.html';
        return reply.sendFile(path, { cacheControl: false, dotfiles: 'ignore', index: false });
      },
    );
  });
}

/** Whether the router takes an address for one of the console: it decodes `/%63onsole/` too. */
function isBelow(address: string): boolean {
  const path = address.replace(/%[0-7][0-9a-f]/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
  return /^\/console(?:[/?]|$)/.test(path);
}
