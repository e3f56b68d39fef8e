import type { FastifyPluginCallback } from 'fastify';
import type { Principal } from '../../access/index.ts';
import { Type } from '../../schema/index.ts';
import type { SignetEvent } from '../../tokens/index.ts';
import type { ApiContext } from '../context.ts';
import { Failure } from '../schemas/index.ts';
import { callerOf } from './answers.ts';

const HEARTBEAT = 15_000;
/** A listener that lets this many bytes pile up is let go; it can resume. */
const SLOW = 1024 * 1024;

/** `/v1/events`: Server-Sent Events (WHATWG HTML section 9.2), resumable by Last-Event-ID. */
export function eventRoutes({ events, credentials }: ApiContext): FastifyPluginCallback {
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
      '/v1/events',
      {
        config: { scope: 'status' },
        schema: {
          summary: 'Events as they happen',
          tags: ['state'],
          response: {
            200: { description: 'Server-Sent Events', content: { 'text/event-stream': { schema: Type.String() } } },
            ...Failure,
          },
        },
      },
      (request, reply) => {
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
        const beat = setInterval(() => raw.write(': beat\n\n'), HEARTBEAT);
        const end = (): void => {
          stop();
          clearInterval(beat);
          open.delete(end);
          raw.end();
        };
        open.set(end, callerOf(request));
        raw.on('close', end);
        raw.on('error', end);
      },
    );
    done();
  };
}
