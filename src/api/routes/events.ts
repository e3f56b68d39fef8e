import type { FastifyPluginCallback } from 'fastify';
import { type Principal, requireScope } from '../../access/index.ts';
import { answerLanguage } from '../../messages/index.ts';
import type { DeskFace } from '../../prompt/index.ts';
import { Type } from '../../schema/index.ts';
import type { SignetEvent } from '../../tokens/index.ts';
import type { ApiContext } from '../context.ts';
import { EventsQuery, Failure } from '../schemas/index.ts';
import { callerOf } from './answers.ts';
import { promptBlock } from './prompt-answer.ts';
import { requirePerson } from './prompts.ts';

const HEARTBEAT = 15_000;
/** A listener that lets this many bytes pile up is let go; it can resume. */
const SLOW = 1024 * 1024;

/**
 * `/v1/events`: Server-Sent Events (WHATWG HTML section 9.2), resumable by Last-Event-ID. With `?face=console` the listener attends
 * that face on the same stream: a browser opens six connections to one place and no more.
 */
export function eventRoutes({ events, credentials, desk, language: configured }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    const open = new Map<() => void, Principal>();
    credentials.onChange(() => {
      for (const [end, principal] of open) if (!credentials.knows(principal)) end();
    });
    app.addHook('preClose', (closed) => {
      for (const end of open.keys()) end();
      closed();
    });
    app.get<{ Querystring: { face?: DeskFace } }>(
      '/v1/events',
      {
        config: { scope: 'status' },
        schema: {
          summary: 'Events as they happen',
          tags: ['state'],
          querystring: EventsQuery,
          response: {
            200: { description: 'Server-Sent Events', content: { 'text/event-stream': { schema: Type.String() } } },
            ...Failure,
          },
        },
      },
      (request, reply) => {
        const caller = callerOf(request);
        const { face } = request.query;
        if (face !== undefined) {
          requireScope(caller, 'admin');
          requirePerson(caller);
        }
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        });
        const send = (event: SignetEvent): void => {
          raw.write(`id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify({ at: event.at, ...event.data })}\n\n`);
          if (raw.writableLength > SLOW) raw.destroy();
        };
        raw.write(': signet\n\n');
        const last = request.headers['last-event-id'];
        if (typeof last === 'string' && last !== '') {
          const missed = events.since(last);
          // Unknown or too old: the listener must read the state anew.
          if (missed === null) raw.write('event: reset\ndata: {}\n\n');
          for (const event of missed ?? []) send(event);
        }
        const stop = events.listen(send);
        const language = answerLanguage(request.headers['accept-language'], configured);
        const leave = face === undefined ? null : desk.attend(face, (event) => raw.write(promptBlock(event, language)));
        const beat = setInterval(() => raw.write(': beat\n\n'), HEARTBEAT);
        const end = (): void => {
          stop();
          leave?.();
          clearInterval(beat);
          open.delete(end);
          raw.end();
        };
        open.set(end, caller);
        raw.on('close', end);
        raw.on('error', end);
      },
    );
    done();
  };
}
