import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { Secret } from '../../drivers/index.ts';
import { SignetError } from '../../errors/index.ts';
import type { ApiContext } from '../context.ts';
import {
  ChangePinRequest,
  ConsentAnswer,
  ConsentRequest,
  Done,
  Failure,
  LoginAnswer,
  LoginRequest,
  PinAnswer,
  UnblockRequest,
} from '../schemas/index.ts';
import { callerOf, isPerson } from './answers.ts';

/** PIN routes read little: nobody types a kilobyte. */
const SMALL = 16 * 1024;

interface OnToken {
  Params: { tokenId: string };
}

/** The acts on a PIN. Each goes through the guard, which decides whether the driver is called at all. */
export function pinRoutes(context: ApiContext): FastifyPluginCallback {
  const { tokens } = context;
  const config = (...secrets: string[]) => ({ scope: 'pin' as const, secrets: new Set(secrets) });
  return (app, _options, done) => {
    app.post<OnToken & { Body: { pin?: string; finalTryConsent?: string } }>(
      '/v1/tokens/:tokenId/login',
      {
        config: config('pin'),
        bodyLimit: SMALL,
        schema: {
          summary: 'Present the PIN; the login is granted to this caller',
          tags: ['pin'],
          body: LoginRequest,
          response: { 200: LoginAnswer, ...Failure },
        },
      },
      (request) =>
        tokens.login(tokens.get(request.params.tokenId), callerOf(request), take(request, 'pin'), request.body.finalTryConsent),
    );
    app.post<OnToken>(
      '/v1/tokens/:tokenId/logout',
      {
        config: config(),
        bodyLimit: SMALL,
        schema: { summary: "End this caller's login", tags: ['pin'], response: { 204: Done, ...Failure } },
      },
      async (request, reply) => {
        await tokens.logout(tokens.get(request.params.tokenId), callerOf(request));
        return reply.code(204).send();
      },
    );
    app.post<OnToken & { Body: { currentPin?: string; newPin?: string; finalTryConsent?: string } }>(
      '/v1/tokens/:tokenId/pin',
      {
        config: config('currentPin', 'newPin'),
        bodyLimit: SMALL,
        schema: { summary: 'Change the PIN', tags: ['pin'], body: ChangePinRequest, response: { 200: PinAnswer, ...Failure } },
      },
      async (request) => {
        const [current, next] = both(request, 'currentPin', 'newPin');
        const token = tokens.get(request.params.tokenId);
        return { pin: await tokens.changePin(token, callerOf(request), current, next, request.body.finalTryConsent) };
      },
    );
    app.post<OnToken & { Body: { puk?: string; newPin?: string; finalTryConsent?: string } }>(
      '/v1/tokens/:tokenId/unblock',
      {
        config: config('puk', 'newPin'),
        bodyLimit: SMALL,
        schema: {
          summary: 'Set a new PIN with the SO PIN or PUK',
          tags: ['pin'],
          body: UnblockRequest,
          response: { 200: PinAnswer, ...Failure },
        },
      },
      async (request) => {
        const [puk, next] = both(request, 'puk', 'newPin');
        const token = tokens.get(request.params.tokenId);
        return { pin: await tokens.unblock(token, callerOf(request), puk, next, request.body.finalTryConsent) };
      },
    );
    app.post<OnToken & { Body: { kind?: 'pin' | 'puk' } | null }>(
      '/v1/tokens/:tokenId/final-try-consent',
      {
        config: config(),
        bodyLimit: SMALL,
        preValidation: (request, _reply, next) => {
          // A consent needs no body; validation would refuse an absent one.
          if (request.body === undefined) request.body = {};
          next();
        },
        schema: {
          summary: 'Consent of the person at this machine to a try that may block the token',
          tags: ['pin'],
          body: ConsentRequest,
          response: { 200: ConsentAnswer, ...Failure },
        },
      },
      (request) => {
        const caller = callerOf(request);
        const token = tokens.get(request.params.tokenId);
        // A named client is not the person: it would have to be asked in a prompt of Signet's own.
        if (!isPerson(caller)) throw new SignetError('prompt_unavailable', { pin: tokens.status(token, 'user') });
        return tokens.consent(token, request.body?.kind === 'puk' ? 'so' : 'user', caller);
      },
    );
    done();
  };
}

/** A PIN of the body, or null when there was none. */
export function take(request: FastifyRequest, name: string): Secret | null {
  const cut = request.secrets?.[name];
  if (cut !== undefined) return cut;
  const text = (request.body as Record<string, unknown> | null)?.[name];
  return typeof text === 'string' ? Secret.fromText(text) : null;
}

/** Two values that only make sense together: both typed, or both on the reader. */
function both(request: FastifyRequest, first: string, second: string): [Secret | null, Secret | null] {
  const values: [Secret | null, Secret | null] = [take(request, first), take(request, second)];
  if ((values[0] === null) !== (values[1] === null)) {
    const field = `body.${values[0] === null ? first : second}`;
    throw new SignetError('invalid_request', { params: { field }, extra: { errors: [{ field, expected: 'to be present' }] } });
  }
  return values;
}
