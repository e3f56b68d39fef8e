import { setTimeout as pause } from 'node:timers/promises';
import { DaemonUnreachable } from './failure.ts';
import type { Transport } from './transport.ts';
import type { SignetEvent } from './types.ts';

/** Milliseconds before the first and between later attempts to find a daemon that went away. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;
/** Longest event taken, in characters. */
const LONGEST_EVENT = 1_000_000;

export interface EventsOptions {
  /** Begin after this event, if the daemon still has it. */
  lastEventId?: string;
  /** Ends the stream. */
  signal?: AbortSignal;
  /** Called whenever the stream has been opened. */
  onOpen?: () => void;
  /** Connect again, where the stream was left, when the daemon goes away; true when left out. */
  reconnect?: boolean;
}

/** What happens, as it happens; ends when the signal says so. Throws what the first connection throws; later ones are tried until they succeed. */
export async function* listen(
  transport: Transport,
  options: EventsOptions = {},
  from = '/v1/events',
): AsyncGenerator<SignetEvent, void, void> {
  const { signal, reconnect = true } = options;
  let lastEventId = options.lastEventId;
  let wait = FIRST_PAUSE;
  let connected = false;
  const opened = (): void => {
    connected = true;
    options.onOpen?.();
  };
  for (;;) {
    try {
      for await (const event of oneConnection(transport, from, lastEventId, signal, opened)) {
        wait = FIRST_PAUSE;
        if (event.id !== '') lastEventId = event.id;
        yield event;
      }
    } catch (error) {
      if (signal?.aborted === true) return;
      if (!connected || !reconnect || !(error instanceof DaemonUnreachable)) throw error;
    }
    if (signal?.aborted === true || !reconnect) return;
    try {
      await pause(wait, undefined, signal === undefined ? {} : { signal });
    } catch {
      return;
    }
    wait = Math.min(LONGEST_PAUSE, wait * 2);
  }
}

async function* oneConnection(
  transport: Transport,
  path: string,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
  onOpen: () => void,
): AsyncGenerator<SignetEvent, void, void> {
  const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const { response, place } = await transport.open({ method: 'GET', path, headers, signal });
  onOpen();
  response.setEncoding('utf8');
  try {
    yield* parse(response as AsyncIterable<string>);
  } catch (error) {
    throw new DaemonUnreachable('broken', place.name, error);
  } finally {
    response.destroy();
  }
}

/** Server-Sent Events (WHATWG HTML, 9.2.6). Comments and events without data are passed over. */
async function* parse(chunks: AsyncIterable<string>): AsyncGenerator<SignetEvent, void, void> {
  let rest = '';
  let fields: Record<string, string> = {};
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new Error('an event is too long');
    for (const line of lines.map((text) => text.replace(/\r$/, ''))) {
      if (line === '') {
        const { data, event = 'message', id = '' } = fields;
        fields = {};
        if (data !== undefined) yield { id, event, data: JSON.parse(data) as unknown };
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name !== '') fields[name] = name === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value;
    }
  }
}
