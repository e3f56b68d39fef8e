import type { Asked, Method, Told } from '../../client/web/messages.ts';
import { own } from '../own.ts';
import { LONGEST } from '../size.ts';
import type { NativeHost } from './native.ts';
import { originOf } from './origin.ts';
import type { Shares } from './share.ts';

/** What a page may ask for. */
const METHODS: readonly Method[] = ['status', 'pair', 'certificates', 'authenticate', 'sign', 'signBatch', 'listen'];
/** What may change how a PIN or a certificate stands. */
const OF_PIN: readonly Method[] = ['authenticate', 'sign', 'signBatch'];

/**
 * Serves one frame of a page over the port that its content script opened. The origin is the browser's word about that frame.
 * Whatever is still asked when the frame goes (tab closed, page left) is called off. `served` is called after what may have changed a token's state.
 */
export function serveFrame(port: chrome.runtime.Port, host: NativeHost, shares: Shares, served: () => void): void {
  const origin = originOf(port.sender);
  const tab = port.sender?.tab?.id;
  if (origin === null || tab === undefined) {
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
    const characters = isAsked(message) && 'params' in message ? lengthOf(message.params) : 0;
    if (!isAsked(message) || characters === null) {
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
    const free = characters > LONGEST ? null : shares.take(tab, characters);
    if (free === null) {
      tell({ signet: 1, reply: id, error: own(characters > LONGEST ? 'payload_too_large' : 'queue_full') });
      return;
    }
    const { answer, cancel } = host.ask({
      origin,
      method,
      params,
      onEvent: (event, data) => tell({ signet: 1, event, id, data }),
    });
    open.set(id, () => {
      free();
      cancel();
    });
    void answer.then((ended) => {
      free();
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

/** Characters of the parameters as JSON; null for what is none: Firefox lets circles and big integers through. */
function lengthOf(params: unknown): number | null {
  try {
    return JSON.stringify(params).length;
  } catch {
    return null;
  }
}

function isAsked(message: unknown): message is Asked {
  if (typeof message !== 'object' || message === null) return false;
  const { cancel, id, method, params } = message as Record<string, unknown>;
  if (cancel !== undefined) return typeof cancel === 'string';
  if (typeof id !== 'string' || id.length > 100 || typeof params !== 'object' || params === null) return false;
  return METHODS.some((each) => each === method);
}
