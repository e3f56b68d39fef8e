import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { SignetError } from '../errors/index.ts';
import { cutSecrets } from './secrets.ts';

/**
 * JSON bodies: UTF-8 only, PINs cut out before parsing on the routes that take them. What fails to parse is refused without
 * being quoted.
 */
export function useJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      const { config, schema, url } = request.routeOptions;
      const value = parse(body, config.secrets, (secrets) => (request.secrets = secrets));
      if (schema?.body === undefined && url?.startsWith('/v1/') && !isEmptyObject(value)) throw badBody('no body, or {}');
      done(null, value);
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onResponse', (request, _reply, done) => {
    for (const secret of Object.values(request.secrets ?? {})) secret.wipe();
    done();
  });
}

/** What a route that takes no body is sent by callers that send one with everything. */
function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function parse(
  body: Buffer,
  names: ReadonlySet<string> | undefined,
  keep: (secrets: NonNullable<ReturnType<typeof cutSecrets>>['secrets']) => void,
): unknown {
  if (body.length === 0) throw badBody('a JSON document');
  if (!isUtf8(body)) throw badBody('UTF-8');
  let json = body;
  if (names !== undefined && (names.size > 1 || body.includes('pin') || body.includes('\\u'))) {
    const cut = cutSecrets(body, names);
    if (cut === null) throw badBody('JSON strings with well-formed escapes');
    json = cut.json;
    keep(cut.secrets);
  }
  try {
    return JSON.parse(json.toString('utf8')) as unknown;
  } catch {
    // The parser's own message quotes the body.
    throw badBody('a well-formed JSON document');
  } finally {
    if (names !== undefined) body.fill(0);
  }
}

function badBody(expected: string): SignetError {
  return new SignetError('invalid_request', { params: { field: 'body' }, extra: { errors: [{ field: 'body', expected }] } });
}
