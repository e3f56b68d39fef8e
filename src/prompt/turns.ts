import { SignetError } from '../errors/index.ts';

/** Acts that may wait, in all and of one asker. */
const LIMIT = 16;
const LIMIT_EACH = 3;

interface Waiting {
  asker: string;
  start(): void;
}

/** Lets one act at a time ask the person; the others wait in the order they came. */
export class Turns {
  #busy = false;
  #current = '';
  readonly #queue: Waiting[] = [];

  get waiting(): number {
    return this.#queue.length;
  }

  /** Throws `queue_full`, or `prompt_cancelled` (variant `gone`) when the signal is aborted before the turn has come. */
  async run<T>(asker: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#come(asker, signal);
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#busy = false;
      else next.start();
    }
  }

  #come(asker: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(goneOf(signal));
    if (!this.#busy) {
      this.#busy = true;
      this.#current = asker;
      return Promise.resolve();
    }
    const own = this.#queue.filter((each) => each.asker === asker).length + (this.#current === asker ? 1 : 0);
    if (this.#queue.length >= LIMIT || own >= LIMIT_EACH)
      return Promise.reject(new SignetError('queue_full', { variant: 'prompt', retryAfter: 5 }));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(entry), 1);
        reject(goneOf(signal));
      };
      const entry: Waiting = {
        asker,
        start: () => {
          signal.removeEventListener('abort', leave);
          this.#current = asker;
          resolve();
        },
      };
      this.#queue.push(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

function goneOf(signal: AbortSignal): SignetError {
  return signal.reason instanceof SignetError ? signal.reason : new SignetError('prompt_cancelled', { variant: 'gone' });
}
