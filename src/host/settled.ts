import { get } from 'node:http';
import { setTimeout as later } from 'node:timers/promises';

/** How long a daemon that has just come up is given to see what is plugged in, in milliseconds, and how often that is looked at. */
const PATIENCE = 4_000;
const LOOK_EVERY = 50;

/** Waits until a daemon that has just come up lists a card or key: asked before, it would say that there is none. Never rejects but with the signal's reason. */
export async function settled(socketPath: string, signal: AbortSignal | undefined): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  // A daemon whose driver hangs may not answer either: neither that nor a page that has gone may keep this process.
  const patience = AbortSignal.timeout(PATIENCE);
  const over = signal === undefined ? patience : AbortSignal.any([signal, patience]);
  while (performance.now() < deadline && !(await listsTokens(socketPath, over))) {
    signal?.throwIfAborted();
    await later(LOOK_EVERY);
  }
  signal?.throwIfAborted();
}

function listsTokens(socketPath: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost' };
    const asked = get({ socketPath, path: '/v1/tokens', agent: false, headers, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', () => resolve(true));
      response.on('end', () => resolve(!text.includes('"tokens":[]')));
    });
    // Whatever is wrong with the daemon is for the request itself to find out.
    asked.on('error', () => resolve(true));
  });
}
