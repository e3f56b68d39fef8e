import type { Method } from './messages.ts';

export type Params = Readonly<Record<string, unknown>>;

/** A way to Signet. Throws SignetWebError, or the signal's reason when the request was called off. */
export interface Channel {
  call(method: Method, params: Params, signal?: AbortSignal): Promise<unknown>;
}
