import type { FastifyReply } from 'fastify';

/** A signal that is aborted when the asker goes away before it has been answered. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const closed = (): void => {
    if (!raw.writableFinished) gone.abort();
  };
  // Whoever left while something else was awaited is not announced again.
  if (raw.closed) closed();
  else raw.once('close', closed);
  return gone.signal;
}
