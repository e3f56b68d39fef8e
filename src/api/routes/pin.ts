import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import { Secret } from '../../drivers/index.ts';
import { SignetError } from '../../errors/index.ts';
import { answerLanguage } from '../../messages/index.ts';
import type { Asker, Dialog } from '../../prompt/index.ts';
import { tokenCard } from '../../sites/index.ts';
import type { Token } from '../../tokens/index.ts';
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
  const { tokens, prompt, unlock } = context;
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
      async (request, reply) => {
        const token = tokens.get(request.params.tokenId);
        const pin = take(request, 'pin');
        try {
          return await tokens.login(token, callerOf(request), pin, request.body.finalTryConsent);
        } catch (error) {
          // The guard has just read whether the PIN is typed on the reader: where it is not, the person is asked for it.
          if (pin !== null || !(error instanceof SignetError) || error.code !== 'prompt_unavailable') throw error;
          return loginAsking(request, reply, token);
        }
      },
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
      async (request, reply) => {
        const caller = callerOf(request);
        const token = tokens.get(request.params.tokenId);
        const kind = request.body?.kind === 'puk' ? 'so' : 'user';
        // A named client is not the person, who is asked in a prompt of Signet's own.
        if (!isPerson(caller)) {
          const asker = askerOf(caller.id);
          await asking(request, reply, token, asker, ({ ask }) =>
            ask({ kind: 'final_try', asker, token: tokenCard(token), tries: tokens.status(token, kind), wayOut: null }),
          );
        }
        return tokens.consent(token, kind, caller);
      },
    );
    done();
  };

  /** Asks the person for the PIN that the caller did not bring. */
  async function loginAsking(request: FastifyRequest, reply: FastifyReply, token: Token) {
    const caller = callerOf(request);
    const asker = askerOf(caller.id);
    const language = answerLanguage(request.headers['accept-language'], context.language);
    const act = { kind: 'login' } as const;
    await asking(request, reply, token, asker, (dialog) =>
      unlock.login(dialog, { token, caller, asker, act, certificate: null, language }),
    );
    const session = tokens.session(token, caller);
    if (session === null) throw new SignetError('token_removed');
    return { session, pin: tokens.status(token, 'user') };
  }

  async function asking<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    token: Token,
    asker: Asker,
    work: (dialog: Dialog) => Promise<T>,
  ): Promise<T> {
    const language = answerLanguage(request.headers['accept-language'], context.language);
    try {
      return await prompt.turn({ asker, signal: goneSignal(reply), language }, work);
    } catch (error) {
      if (!(error instanceof SignetError) || error.facts.pin !== undefined) throw error;
      throw new SignetError(error.code, { ...error.facts, pin: tokens.status(token, 'user'), cause: error });
    }
  }
}

/** A program, as the person knows it: the name that they gave it, or one of their own. */
function askerOf(id: string): Asker {
  return { kind: 'program', name: id.replace(/^client:/, ''), via: 'program' };
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
