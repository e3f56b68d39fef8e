import { Agent, type IncomingMessage, request } from 'node:http';
import { DaemonUnreachable, SignetApiError } from './failure.ts';
import { findDaemon, type Place, type Where } from './place.ts';
import type { Problem } from './types.ts';

/** Longest answer read, in bytes: a case with all its files, or ten times ten thousand signatures. */
const LONGEST_ANSWER = 96 * 1024 * 1024;

export interface TransportOptions extends Where {
  /** Language of error texts. */
  language?: string;
}

/** One request. `body` is JSON unless a header says otherwise. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: Buffer;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** HTTP to the daemon over its socket or TCP, on connections that are kept. Nothing is ever sent twice. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Sends a request; resolves with the parsed answer (null without one). Throws SignetApiError, DaemonUnreachable, or the signal's reason. */
  async json(call: Call): Promise<unknown> {
    const { response, place } = await this.open(call);
    const text = await readAll(response, place.name, call.signal);
    if (text === '') return null;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new DaemonUnreachable('broken', place.name, error);
    }
  }

  /** As `json`, for an answer that is a file: resolves with its bytes. */
  async bytes(call: Call): Promise<Buffer> {
    const { response, place } = await this.open(call);
    return readBytes(response, place.name, call.signal);
  }

  /** Sends a request; resolves with the open response when it is a good one. Throws as `json` does. */
  async open(call: Call): Promise<{ response: IncomingMessage; place: Place }> {
    const place = findDaemon(this.#options);
    const response = await this.#send(call, place);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return { response, place };
    throw toError(await readAll(response, place.name, call.signal), place.name);
  }

  /** Closes the connections that are kept. Requests under way fail. */
  close(): void {
    this.#agent.destroy();
  }

  #send(call: Call, place: Place): Promise<IncomingMessage> {
    const { method, path, body, signal } = call;
    signal?.throwIfAborted();
    const target =
      place.socketPath === undefined
        ? { host: place.host ?? '127.0.0.1', port: place.port ?? 80 }
        : { socketPath: place.socketPath };
    const headers: Record<string, string | number> = { accept: 'application/json, application/problem+json', ...call.headers };
    // Over a socket there is no name to give; what the daemon checks there is only that it is none of another site.
    if (place.socketPath !== undefined) headers.host = 'localhost';
    if (place.token !== undefined) headers.authorization = `Bearer ${place.token}`;
    if (this.#options.language !== undefined) headers['accept-language'] = this.#options.language;
    if (body !== undefined) {
      headers['content-type'] ??= 'application/json';
      headers['content-length'] = body.length;
    }
    return new Promise((resolve, reject) => {
      const sent = request({ ...target, method, path, headers, agent: this.#agent, ...(signal === undefined ? {} : { signal }) });
      sent.on('response', resolve);
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const reason = error.syscall === 'connect' ? (error.code === 'EACCES' ? 'forbidden' : 'absent') : 'broken';
        reject(new DaemonUnreachable(reason, place.name, error));
      });
      sent.end(body);
    });
  }
}

async function readAll(response: IncomingMessage, place: string, signal: AbortSignal | undefined): Promise<string> {
  return (await readBytes(response, place, signal)).toString('utf8');
}

async function readBytes(response: IncomingMessage, place: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_ANSWER) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new DaemonUnreachable('broken', place, error);
  }
  return Buffer.concat(chunks);
}

function toError(text: string, place: string): SignetApiError | DaemonUnreachable {
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    if (typeof problem?.code === 'string' && typeof problem.status === 'number') {
      return new SignetApiError({ type: 'about:blank', title: problem.code, detail: '', instance: '', ...problem } as Problem);
    }
  } catch {
    // Not Signet's: said below.
  }
  return new DaemonUnreachable('broken', place);
}
