import type { Channel, Params } from './channel.ts';
import { problemIn, SignetWebError } from './failure.ts';
import type { Method } from './messages.ts';

/** Where each request goes in the HTTP API, below `/v1/site/`. */
const ROUTES: Readonly<Partial<Record<Method, string>>> = {
  status: 'status',
  pair: 'pairing',
  certificates: 'certificates',
  authenticate: 'authenticate',
  sign: 'sign',
  signBatch: 'sign-batch',
};

/** The way without an extension: this page asks the daemon itself. The browser may ask the person whether it may. */
export class DirectChannel implements Channel {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** Throws `daemon_unavailable` when nothing answers there or the browser does not let the page ask; there are no events on this way. */
  async call(method: Method, params: Params, signal?: AbortSignal): Promise<unknown> {
    const response = await fetch(`${this.#base}/v1/site/${ROUTES[method] ?? unknown(method)}`, {
      method: 'POST',
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw signal.reason;
      throw new SignetWebError({ code: 'daemon_unavailable', detail: 'Signet did not answer on this computer.' }, error);
    });
    const answer: unknown = await response.json().catch(() => null);
    signal?.throwIfAborted();
    if (!response.ok || answer === null)
      throw new SignetWebError(problemIn(answer, { code: 'internal_error', status: response.status }));
    return answer;
  }
}

function unknown(method: Method): never {
  throw new SignetWebError({ code: 'extension_missing', detail: `Only the extension can ${method}.` });
}
