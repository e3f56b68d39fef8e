import type { FastifyPluginCallback, FastifyRequest, preHandlerHookHandler } from 'fastify';
import type { Principal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { answerLanguage, type Language } from '../../messages/index.ts';
import { type DeskFace, type Given, LARGEST_FILES } from '../../prompt/index.ts';
import { Type } from '../../schema/index.ts';
import type { ApiContext } from '../context.ts';
import { sendFile } from '../download.ts';
import {
  Done,
  Failure,
  type PromptAnswerBody,
  PromptAnswerRequest,
  PromptId,
  PromptStreamQuery,
  PromptsAnswer,
} from '../schemas/index.ts';
import { callerOf, isPerson } from './answers.ts';
import { take } from './pin.ts';
import { promptAnswer, promptBlock } from './prompt-answer.ts';

const HEARTBEAT = 15_000;
/** A listener that lets this many bytes pile up is let go; it may come back. */
const SLOW = 1024 * 1024;
const SMALL = 16 * 1024;
/** Files in base64, their names, and the JSON around them. */
const WITH_FILES = Math.ceil((LARGEST_FILES * 4) / 3) + 65_536;

interface OnPrompt {
  Params: { promptId: string };
}

/**
 * The questions to the person at this machine, for the faces that the person sits before: the console and `signet prompt`. A
 * client with a token of its own is not the person, whatever its scopes.
 */
export function promptRoutes(context: Pick<ApiContext, 'desk' | 'credentials' | 'language'>): FastifyPluginCallback {
  const { desk, credentials, language: configured } = context;
  const config = { scope: 'admin' } as const;
  const preHandler = personOnly;
  const languageOf = ({ headers }: FastifyRequest): Language => answerLanguage(headers['accept-language'], configured);
  return (app, _options, done) => {
    const open = new Map<() => void, Principal>();
    credentials.onChange(() => {
      for (const [end, principal] of open) if (!credentials.knows(principal)) end();
    });
    app.addHook('preClose', (closed) => {
      for (const end of open.keys()) end();
      closed();
    });
    app.get(
      '/v1/prompts',
      {
        config,
        preHandler,
        schema: {
          summary: 'The question that is open, if there is one; the person only',
          tags: ['prompts'],
          response: { 200: PromptsAnswer, ...Failure },
        },
      },
      (request) => ({
        prompts: [desk.open()].flatMap((prompt) => prompt ?? []).map((one) => promptAnswer(one, languageOf(request))),
      }),
    );
    app.get<{ Querystring: { face: DeskFace } }>(
      '/v1/prompts/stream',
      {
        config,
        preHandler,
        schema: {
          summary: 'Attend a face: questions as they open and close; the person only',
          tags: ['prompts'],
          querystring: PromptStreamQuery,
          response: {
            200: { description: 'Server-Sent Events', content: { 'text/event-stream': { schema: Type.String() } } },
            ...Failure,
          },
        },
      },
      (request, reply) => {
        const language = languageOf(request);
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        });
        raw.write(': signet\n\n');
        const leave = desk.attend(request.query.face, (event) => {
          raw.write(promptBlock(event, language));
          if (raw.writableLength > SLOW) raw.destroy();
        });
        const beat = setInterval(() => raw.write(': beat\n\n'), HEARTBEAT);
        const end = (): void => {
          leave();
          clearInterval(beat);
          open.delete(end);
          raw.end();
        };
        open.set(end, callerOf(request));
        raw.on('close', end);
        raw.on('error', end);
      },
    );
    app.post<OnPrompt & { Body: PromptAnswerBody }>(
      '/v1/prompts/:promptId/answer',
      {
        config: { ...config, secrets: new Set(['pin']) },
        bodyLimit: WITH_FILES,
        preHandler,
        schema: {
          summary: 'Answer the open question; the person only',
          tags: ['prompts'],
          params: PromptId,
          body: PromptAnswerRequest,
          response: { 204: Done, ...Failure },
        },
      },
      (request, reply) => {
        desk.answer(request.params.promptId, given(request));
        // The PIN is the asker's from here on: the end of this request must not wipe it.
        request.secrets = null;
        return reply.code(204).send();
      },
    );
    app.get<OnPrompt>(
      '/v1/prompts/:promptId/content',
      {
        config,
        preHandler,
        schema: {
          summary: 'The file that the open question asks to save; the person only',
          tags: ['prompts'],
          params: PromptId,
          response: {
            200: {
              description: 'The file',
              content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
            },
            ...Failure,
          },
        },
      },
      (request, reply) => {
        const { name, bytes } = desk.content(request.params.promptId);
        return sendFile(reply, name, bytes);
      },
    );
    app.post<OnPrompt>(
      '/v1/prompts/:promptId/cancel',
      {
        config,
        bodyLimit: SMALL,
        preHandler,
        schema: {
          summary: 'Say no to the open question; the person only',
          tags: ['prompts'],
          params: PromptId,
          response: { 204: Done, ...Failure },
        },
      },
      (request, reply) => {
        desk.cancel(request.params.promptId);
        return reply.code(204).send();
      },
    );
    done();
  };
}

const personOnly: preHandlerHookHandler = (request, _reply, next) => {
  requirePerson(callerOf(request));
  next();
};

/** Throws `local_only` unless the person sits before this caller. */
export function requirePerson(principal: Principal): void {
  if (!isPerson(principal)) throw new SignetError('local_only', { variant: 'prompt' });
}

function given(request: FastifyRequest<{ Body: PromptAnswerBody }>): Given {
  const { pin, files, ...rest } = request.body;
  return {
    ...rest,
    ...(pin === undefined ? {} : { pin: take(request, 'pin') }),
    ...(files === undefined ? {} : { files: files.map(({ name, data }) => ({ name, data: Buffer.from(data, 'base64') })) }),
  };
}
