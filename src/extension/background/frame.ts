import type { Asked, Method, Told } from '../../client/web/messages.ts';
import { own } from '../own.ts';
import type { NativeHost } from './native.ts';
import { originOf } from './origin.ts';

/** What a page may ask for. */
const METHODS: readonly Method[] = ['status', 'pair', 'certificates', 'authenticate', 'sign', 'signBatch', 'listen'];
/** What may change how a PIN or a certificate stands. */
const OF_PIN: readonly Method[] = ['authenticate', 'sign', 'signBatch'];
/** Requests of one frame that are open at a time. */
const MOST = 32;

/**
 * Serves one frame of a page over the port that its content script opened. The origin is the browser's word about that frame.
 * Whatever is still asked when the frame goes (tab closed, page left) is called off. `served` is called after what may have changed a token's state.
 */
export function serveFrame(port: chrome.runtime.Port, host: NativeHost, served: () => void): void {
  const origin = originOf(port.sender);
  if (origin === null) {
    port.disconnect();
    return;
  }
  const open = new Map<string, () => void>();
  const tell = (message: Told): void => {
    try {
      port.postMessage(message);
    } catch {
      // The frame has gone.
    }
  };
  const take = (message: unknown): void => {
    if (!isAsked(message)) {
      const { id } = (message ?? {}) as { id?: unknown };
      if (typeof id === 'string') tell({ signet: 1, reply: id, error: own('invalid_request') });
      return;
    }
    if ('cancel' in message) {
      open.get(message.cancel)?.();
      open.delete(message.cancel);
      return;
    }
    const { id, method, params } = message;
    if (open.has(id)) return;
    if (open.size >= MOST) {
      tell({ signet: 1, reply: id, error: own('queue_full') });
      return;
    }
    const { answer, cancel } = host.ask({
      origin,
      method,
      params,
      onEvent: (event, data) => tell({ signet: 1, event, id, data }),
    });
    open.set(id, cancel);
    void answer.then((ended) => {
      open.delete(id);
      tell({ signet: 1, reply: id, ...ended });
      if (OF_PIN.includes(method)) served();
    });
  };
  port.onMessage.addListener(take);
  port.onDisconnect.addListener(() => {
    for (const cancel of open.values()) cancel();
    open.clear();
  });
}

function isAsked(message: unknown): message is Asked {
  if (typeof message !== 'object' || message === null) return false;
  const { cancel, id, method, params } = message as Record<string, unknown>;
  if (cancel !== undefined) return typeof cancel === 'string';
  if (typeof id !== 'string' || id.length > 100 || typeof params !== 'object' || params === null) return false;
  return METHODS.some((each) => each === method);
}
