import type { Channel, Params } from './channel.ts';
import { problemIn, SignetWebError } from './failure.ts';
import type { Asked, Method, Told } from './messages.ts';

/** How long the extension has to say that it is there, in milliseconds: its script is in the page before the page's own. */
const PRESENCE = 1_000;

interface Pending {
  acknowledged(): void;
  settle(answer: Extract<Told, { reply: string }>): void;
}

/** The way through the browser extension: messages to the script that it has in this page. */
export class ExtensionChannel implements Channel {
  readonly #pending = new Map<string, Pending>();
  readonly #onEvent: (event: string, data: unknown) => void;
  #listening = false;

  constructor(onEvent: (event: string, data: unknown) => void) {
    this.#onEvent = onEvent;
  }

  /** Throws `extension_missing` when nothing answers within a second; after that a person may take as long as Signet lets them. */
  call(method: Method, params: Params, signal?: AbortSignal): Promise<unknown> {
    this.#listen();
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const missing = (): void => {
        done();
        // Should it be there after all, nobody is asked in vain.
        post({ signet: 1, cancel: id });
        reject(new SignetWebError({ code: 'extension_missing', detail: 'The Signet extension did not answer in this page.' }));
      };
      // In two steps: one may run out while the page is busy, with the answer behind it.
      let timer = setTimeout(() => {
        timer = setTimeout(missing, PRESENCE / 2);
      }, PRESENCE / 2);
      const cancel = (): void => {
        done();
        post({ signet: 1, cancel: id });
        reject(signal?.reason);
      };
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.#pending.delete(id);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, {
        acknowledged: () => clearTimeout(timer),
        settle: (answer) => {
          done();
          if ('error' in answer) reject(new SignetWebError(problemIn(answer.error, { code: 'internal_error' })));
          else resolve(answer.result);
        },
      });
      post({ signet: 1, id, method, params });
    });
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
      // Frames and openers may post here as well: only what comes from this very window is the extension's.
      if (source !== window || !isTold(data)) return;
      if ('ack' in data) this.#pending.get(data.ack)?.acknowledged();
      else if ('reply' in data) this.#pending.get(data.reply)?.settle(data);
      // Another Signet of the page has its own.
      else if (this.#pending.has(data.id)) this.#onEvent(data.event, data.data);
    });
  }
}

function post(message: Asked): void {
  window.postMessage(message, window.origin);
}

function isTold(data: unknown): data is Told {
  if (typeof data !== 'object' || data === null || !('signet' in data) || data.signet !== 1) return false;
  return 'ack' in data || 'reply' in data || 'event' in data;
}
