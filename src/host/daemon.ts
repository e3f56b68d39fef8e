import { type IncomingMessage, request } from 'node:http';
import { runtimeDir } from '../places/index.ts';
import { events, type HostEvent } from './events.ts';
import { requireRunning } from './running.ts';
import { Unreachable } from './unreachable.ts';

export type { HostEvent } from './events.ts';
export { Unreachable, type UnreachableReason } from './unreachable.ts';

/** Longest answer that is read, in bytes: ten thousand signatures of large keys. */
const LONGEST_ANSWER = 32 * 1024 * 1024;

export interface DaemonOptions {
  /** The folder of the daemon's socket; this user's own when left out. */
  runtimeDir?: string;
  /** Starts the daemon where it does not run; the installed service, else `signet serve`, when left out. */
  launch?: () => Promise<void>;
  /** Milliseconds that a daemon has to come up in. */
  patience?: number;
}

export interface RequestOptions {
  headers?: Readonly<Record<string, string>>;
  /** Aborting it closes the connection, which ends what the daemon does for it. */
  signal?: AbortSignal | undefined;
}

/** An answer of the daemon's; `json` is null where there is no body. */
export interface DaemonAnswer {
  status: number;
  json: unknown;
}

/**
 * The daemon as a native messaging host sees it: HTTP over this user's socket, a connection for each request. It is started when it
 * does not run. Nothing is sent twice.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #folder: string;

  constructor(options: DaemonOptions = {}) {
    this.#options = options;
    this.#folder = options.runtimeDir ?? runtimeDir();
  }

  /** Asks once; `body` goes out as JSON. Resolves with any HTTP status. Throws Unreachable, or the signal's reason when that is aborted. */
  async request(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<DaemonAnswer> {
    const { signal } = options;
    const response = await this.#open(method, path, body, options);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > LONGEST_ANSWER) throw new Error('the answer is too long');
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString('utf8');
      return { status: response.statusCode ?? 0, json: text === '' ? null : (JSON.parse(text) as unknown) };
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable('lost', error);
    }
  }

  /**
   * The daemon's events (`/v1/events`) until the signal is aborted, when it ends, or the daemon goes, when it throws Unreachable.
   * `lastEventId` continues where an earlier stream ended.
   */
  async *events(signal: AbortSignal, lastEventId?: string): AsyncGenerator<HostEvent, void, undefined> {
    const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    try {
      const response = await this.#open('GET', '/v1/events', undefined, { signal, headers });
      yield* events(response);
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof Unreachable ? error : new Unreachable('lost', error);
    }
    if (!signal.aborted) throw new Unreachable('lost');
  }

  async #open(method: string, path: string, body: unknown, { headers = {}, signal }: RequestOptions): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
    const socketPath = await requireRunning(this.#folder, { ...this.#options, signal });
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sent = request({
        socketPath,
        method,
        path,
        agent: false,
        headers: {
          accept: 'application/json, application/problem+json',
          // Over a socket there is no name to give; what the daemon checks there is only that it is none of another site.
          host: 'localhost',
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
          ...headers,
        },
        ...(signal === undefined ? {} : { signal }),
      });
      sent.on('response', resolve);
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted === true) return reject(signal.reason);
        reject(new Unreachable(error.code === 'EACCES' ? 'forbidden' : 'lost', error));
      });
      sent.end(payload);
    });
  }
}
