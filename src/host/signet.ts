import type { Readable, Writable } from 'node:stream';
import { type Ask, askIn, headersOf } from './ask.ts';
import { Daemon, Unreachable } from './daemon.ts';
import { FrameError, readFrames, writeFrame } from './frames.ts';
import { Listens } from './listens.ts';
import { overview } from './overview.ts';
import type { OwnProblem } from './problem.ts';

/** What is taken from the extension: 16 MiB of data in base64, and what is around it. */
const LIMITS = { min: 2, max: 24 * 1024 * 1024 };
/** Characters of an answer in one message: a browser takes one megabyte, and JSON within JSON may need seven bytes for a character. */
const PART = 128 * 1024;
/** Requests of one browser that are open at a time. */
const MOST_OPEN = 200;

/** What a page may ask for, and where that is in the HTTP API. */
const SITE_ROUTES: Readonly<Record<string, string>> = {
  status: '/v1/site/status',
  pair: '/v1/site/pairing',
  certificates: '/v1/site/certificates',
  authenticate: '/v1/site/authenticate',
  sign: '/v1/site/sign',
  signBatch: '/v1/site/sign-batch',
};
type Talks = Pick<Daemon, 'request' | 'events'>;

/**
 * Serves our own extension until `input` ends, which calls off whatever is still asked. In: `{ id, origin, method, params, language }`
 * and `{ cancel: id }`. Out: `{ id, result }`, `{ id, error }`, `{ id, part, last }` for an answer in pieces, `{ id, event, data }`.
 * `quiet` is used for what must not start the daemon. Rejects when `output` is gone.
 */
export async function run(
  input: Readable,
  output: Writable,
  daemon: Talks,
  _args: readonly string[] = [],
  quiet: Talks = new Daemon({ launch: () => Promise.reject(new Unreachable('absent')) }),
): Promise<void> {
  const conversation = new Conversation(output, daemon, quiet);
  try {
    for await (const message of readFrames(input, LIMITS)) conversation.take(message);
  } catch (error) {
    // Where the next message begins is unknown: the browser learns by our end that nothing more will come.
    if (!(error instanceof FrameError)) throw error;
  } finally {
    conversation.end();
  }
}

class Conversation {
  readonly #output: Writable;
  readonly #daemon: Talks;
  readonly #quiet: Talks;
  readonly #open = new Map<string, AbortController>();
  readonly #listens: Listens;

  constructor(output: Writable, daemon: Talks, quiet: Talks) {
    this.#output = output;
    this.#daemon = daemon;
    this.#quiet = quiet;
    this.#listens = new Listens({
      daemon: quiet,
      onEvent: ({ id }, event, data) => this.#tell(id, { event, data }),
      onEnd: async ({ id, language }, error) => this.#tell(id, { error: await problemOf(error, language) }),
    });
  }

  take(message: unknown): void {
    const { cancel } = (message ?? {}) as { cancel?: unknown };
    if (typeof cancel === 'string') {
      this.#cancel(cancel);
      return;
    }
    const ask = askIn(message);
    if (ask === null || this.#open.has(ask.id) || this.#listens.has(ask.id)) return;
    if (this.#open.size + this.#listens.size >= MOST_OPEN) void this.#refuse(ask, 'queue_full');
    else if (ask.method === 'listen') void this.#listens.add(ask);
    else void this.#serve(ask);
  }

  end(): void {
    for (const controller of this.#open.values()) controller.abort();
    this.#listens.endAll();
  }

  #cancel(id: string): void {
    this.#open.get(id)?.abort();
    this.#listens.end(id);
  }

  async #refuse({ id, language }: Ask, code: 'queue_full'): Promise<void> {
    this.#tell(id, { error: await own(code, language) });
  }

  async #serve(ask: Ask): Promise<void> {
    const controller = new AbortController();
    this.#open.set(ask.id, controller);
    try {
      const answer = await this.#answer(ask, controller.signal).catch(async (error: unknown) => ({
        error: await problemOf(error, ask.language),
      }));
      if (!controller.signal.aborted) this.#tell(ask.id, answer);
    } finally {
      this.#open.delete(ask.id);
    }
  }

  async #answer(ask: Ask, signal: AbortSignal): Promise<{ result: unknown } | { error: OwnProblem }> {
    const { origin, method, params, language } = ask;
    if (origin === null) {
      if (method === 'overview') return { result: await overview(params.start === false ? this.#quiet : this.#daemon, signal) };
      if (method !== 'console') return { error: await own('invalid_request', language) };
      const { status, json } = await this.#daemon.request('POST', '/v1/console/codes', undefined, { signal });
      const { url, code } = (json ?? {}) as { url?: string; code?: string };
      return status === 201 ? { result: { url: `${url}#code=${code}` } } : { error: json as OwnProblem };
    }
    const route = Object.hasOwn(SITE_ROUTES, method) ? SITE_ROUTES[method] : undefined;
    if (route === undefined) return { error: await own('invalid_request', language) };
    const { status, json } = await this.#daemon.request('POST', route, params, { signal, headers: headersOf(ask) });
    return status === 200 ? { result: json } : { error: json as OwnProblem };
  }

  /** Writes an answer or an event, in pieces where a browser would refuse it whole. A browser that is gone is noticed by `output`'s error. */
  #tell(id: string, answer: { result: unknown } | { error: unknown } | { event: string; data: unknown }): void {
    const text = JSON.stringify(answer);
    if (text.length <= PART) {
      this.#write({ id, ...answer });
      return;
    }
    for (let at = 0, to = 0; at < text.length; at = to) {
      to = at + PART;
      // Half a character is not UTF-8: browsers do not take it.
      if (/[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
      this.#write({ id, part: text.slice(at, to), last: to >= text.length });
    }
  }

  #write(message: Record<string, unknown>): void {
    writeFrame(this.#output, message).catch(() => undefined);
  }
}

/** Texts are loaded when the first is wanted: a host that has nothing to complain of starts faster without. */
async function own(code: 'queue_full' | 'invalid_request', language: string | undefined): Promise<OwnProblem> {
  return (await import('./problem.ts')).own(code, language);
}

async function problemOf(error: unknown, language: string | undefined): Promise<OwnProblem> {
  return (await import('./problem.ts')).problemOf(error, language);
}
