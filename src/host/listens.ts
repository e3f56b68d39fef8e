import type { Ask } from './ask.ts';
import { headersOf } from './ask.ts';
import type { Daemon, HostEvent } from './daemon.ts';

const OF_TOKENS: readonly string[] = ['token.inserted', 'token.removed'];
const OF_OVERVIEW: readonly string[] = [...OF_TOKENS, 'pin.changed-state', 'pin.locked', 'certificate.expiring'];

interface Listen {
  ask: Ask;
  paired: boolean;
}

export interface ListensOptions {
  /** It is not started for this. */
  daemon: Pick<Daemon, 'request' | 'events'>;
  onEvent(ask: Ask, event: string, data: unknown): void;
  /** The daemon has gone: nobody listens any more. */
  onEnd(ask: Ask, error: unknown): void;
}

/** Who wants to hear what happens: a paired site of tokens and of the end of its pairing, the extension of what its popup shows. */
export class Listens {
  readonly #options: ListensOptions;
  readonly #all = new Map<string, Listen>();
  #stream: AbortController | null = null;

  constructor(options: ListensOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** Open until it is ended or the daemon goes; `listening` is the first event. */
  async add(ask: Ask): Promise<void> {
    const listen = { ask, paired: false };
    this.#all.set(ask.id, listen);
    this.#stream ??= this.#follow();
    listen.paired = await this.#isPaired(ask);
    if (this.#all.get(ask.id) === listen) this.#options.onEvent(ask, 'listening', {});
  }

  end(id: string): void {
    if (this.#all.delete(id) && this.#all.size === 0) this.#stream?.abort();
  }

  endAll(): void {
    this.#all.clear();
    this.#stream?.abort();
  }

  /** One stream of events for all. */
  #follow(): AbortController {
    const controller = new AbortController();
    void (async () => {
      try {
        for await (const event of this.#options.daemon.events(controller.signal)) await this.#pass(event);
      } catch (error) {
        const left = [...this.#all.values()];
        this.#all.clear();
        for (const { ask } of left) this.#options.onEnd(ask, error);
      }
      if (this.#stream === controller) this.#stream = null;
      // Somebody began to listen while the stream was being closed.
      if (this.#all.size > 0) this.#stream ??= this.#follow();
    })();
    return controller;
  }

  async #pass({ event }: HostEvent): Promise<void> {
    const { onEvent } = this.#options;
    for (const listen of [...this.#all.values()]) {
      const { ask } = listen;
      if (ask.origin === null) {
        if (OF_OVERVIEW.includes(event)) onEvent(ask, 'changed', {});
      } else if (OF_TOKENS.includes(event)) {
        if (await this.#isPaired(ask)) onEvent(ask, 'token', { change: event.slice('token.'.length) });
      } else if (event === 'origin.changed') {
        // Which one is not told to everybody who may listen: each asks about its own.
        const before = listen.paired;
        listen.paired = await this.#isPaired(ask);
        if (before && !listen.paired) onEvent(ask, 'pairing', { state: 'ended' });
      }
    }
  }

  async #isPaired(ask: Ask): Promise<boolean> {
    if (ask.origin === null) return false;
    try {
      const { json } = await this.#options.daemon.request('POST', '/v1/site/status', {}, { headers: headersOf(ask) });
      return (json as { paired?: unknown } | null)?.paired === true;
    } catch {
      // That the daemon has gone is told by the end of its events.
      return false;
    }
  }
}
