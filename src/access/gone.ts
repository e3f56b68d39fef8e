import type { ServerResponse } from 'node:http';

/** A signal that is aborted when whoever asked goes away before the answer is whole. */
export function goneSignal({ raw }: { raw: ServerResponse }): AbortSignal {
  const gone = new AbortController();
  const closed = (): void => {
    if (!raw.writableFinished) gone.abort();
  };
  // Whoever left while something else was awaited is not announced again.
  if (raw.closed) closed();
  else raw.once('close', closed);
  return gone.signal;
}
