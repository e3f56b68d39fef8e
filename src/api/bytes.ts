import type { FastifyInstance } from 'fastify';
import { SignetError } from '../errors/index.ts';

/** Makes the routes of this part take bytes (`application/octet-stream`) and nothing else. */
export function useByteBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The bytes of a body. Throws `invalid_request` when there are none. */
export function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  const errors = [{ field: 'body', expected: 'the bytes of a file' }];
  throw new SignetError('invalid_request', { params: { field: 'body' }, extra: { errors } });
}
