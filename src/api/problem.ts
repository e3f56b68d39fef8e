import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, type ErrorFacts, SignetError } from '../errors/index.ts';
import { answerLanguage, errorTexts } from '../messages/index.ts';
import { StoreFailure } from '../store/index.ts';
import { fieldErrors } from './validate.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A refusal that comes before any hook has them too: a browser that shows it must find nothing to run in it. */
const CLOSED = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The RFC 9457 body of an error, in the reader's language. `instance` is the path that was asked for. */
export function problemBody(code: ErrorCode, facts: ErrorFacts, instance: string, language: string): Record<string, unknown> {
  const texts = errorTexts(code, facts, language);
  const { status } = ERRORS[code];
  return {
    type: `urn:signet:error:${code}`,
    title: texts.title,
    status,
    code,
    detail: texts.detail,
    instance,
    ...(facts.pin === undefined ? {} : { pin: facts.pin }),
    ...(texts.nextStep === undefined ? {} : { nextStep: { text: texts.nextStep } }),
    ...(facts.retryAfter === undefined ? {} : { retryAfter: facts.retryAfter }),
    ...facts.extra,
  };
}

/** Answers an error. A SignetError keeps its code; Fastify's own are translated; anything else is an internal error without text. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, configured: string | undefined): void {
  const { code, facts } = asSignetError(error);
  const language = answerLanguage(request.headers['accept-language'], configured);
  const { status } = ERRORS[code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="signet"');
  // A missing prompt does not come by waiting; everything else that is unavailable may.
  const retryAfter = facts.retryAfter ?? (status === 503 && code !== 'prompt_unavailable' ? 1 : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  const path = request.url.split('?', 1)[0] ?? '/';
  void reply
    .code(status)
    .headers(CLOSED)
    .header('content-language', language)
    .header('content-type', PROBLEM_TYPE)
    .serializer((value: unknown) => JSON.stringify(value))
    .send(problemBody(code, facts, path, language));
}

/** What Fastify and Node call their refusals, as codes of ours. */
const FOREIGN: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** An error of whatever origin as SignetError. */
export function asSignetError(error: unknown): SignetError {
  if (error instanceof SignetError) return error;
  if (error instanceof StoreFailure) return new SignetError('storage_unavailable', { cause: error });
  const foreign = error as Partial<FastifyError>;
  if (foreign.validation !== undefined) {
    const errors = fieldErrors(foreign.validation, foreign.validationContext ?? 'body');
    return new SignetError('invalid_request', { params: { field: errors[0]?.field ?? '' }, extra: { errors } });
  }
  const code = FOREIGN[foreign.code ?? ''];
  if (code !== undefined) return new SignetError(code, { cause: error });
  const status = foreign.statusCode ?? 500;
  // @fastify/static answers a path outside its folder with 403.
  if (status === 403 || status === 404) return new SignetError('not_found', { cause: error });
  if (status >= 400 && status < 500) return new SignetError('invalid_request', { cause: error });
  return new SignetError('internal_error', { cause: error });
}

/** A whole HTTP response for a connection that never became a request (a header flood, a broken request line). */
export function rawProblem(code: ErrorCode, language: string): string {
  const body = JSON.stringify(problemBody(code, {}, '/', language));
  const { status } = ERRORS[code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
