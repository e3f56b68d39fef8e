import type { Asked, Told } from '../../client/web/messages.ts';
import { type OwnCode, own } from '../own.ts';
import { LONGEST } from '../size.ts';

/*
 * Carries messages between the page and the extension. It knows nothing that the page could not say for itself: whose page it is,
 * the background learns from the browser.
 */

/** Asked and not yet answered. */
const open = new Set<string>();
let port: chrome.runtime.Port | null = null;

function tell(message: Told): void {
  window.postMessage(message, window.origin);
}

function gone(): void {
  port = null;
  const lost = [...open];
  open.clear();
  for (const reply of lost) tell({ signet: 1, reply, error: { code: 'extension_gone', ...words() } });
}

/** After an update of the extension its texts cannot be read any more. */
function words(): { title?: string; detail?: string } {
  try {
    const { title, detail } = own('extension_gone');
    return { title: title ?? '', detail: detail ?? '' };
  } catch {
    return {};
  }
}

function connect(): chrome.runtime.Port {
  const fresh = chrome.runtime.connect({ name: 'page' });
  fresh.onMessage.addListener((message: Told) => {
    if ('reply' in message) open.delete(message.reply);
    tell(message);
  });
  fresh.onDisconnect.addListener(() => {
    void chrome.runtime.lastError;
    if (port === fresh) gone();
  });
  return fresh;
}

function pass(message: Asked): void {
  try {
    port ??= connect();
    port.postMessage(message);
  } catch {
    const code = whyNot(message);
    if (code === 'extension_gone' || 'cancel' in message) gone();
    else {
      open.delete(message.id);
      tell({ signet: 1, reply: message.id, error: own(code) });
    }
  }
}

/** Why a message cannot be sent: browsers refuse what is no JSON, and much at once, before it is on its way. */
function whyNot(message: Asked): OwnCode {
  try {
    return JSON.stringify(message).length > LONGEST ? 'payload_too_large' : 'extension_gone';
  } catch {
    return 'invalid_request';
  }
}

function isPrerendering(): boolean {
  return (document as { prerendering?: boolean }).prerendering === true;
}

function isAsked(data: unknown): data is Asked {
  if (typeof data !== 'object' || data === null) return false;
  const { signet, id, cancel, method } = data as Record<string, unknown>;
  return signet === 1 && (typeof cancel === 'string' || (typeof id === 'string' && typeof method === 'string'));
}

function take(message: Asked): void {
  if ('cancel' in message) {
    if (open.delete(message.cancel) && !isPrerendering()) pass(message);
    return;
  }
  if (open.has(message.id)) return;
  open.add(message.id);
  tell({ signet: 1, ack: message.id });
  // A page that is loaded in advance has nobody in front of it yet.
  if (isPrerendering())
    document.addEventListener('prerenderingchange', () => open.has(message.id) && pass(message), { once: true });
  else pass(message);
}

if (window.isSecureContext && window.origin !== 'null') {
  window.addEventListener('message', ({ source, data }) => {
    if (source === window && isAsked(data)) take(data);
  });
  // A page that is kept for going back to has nobody in front of it either; Firefox leaves its port open.
  window.addEventListener('pagehide', () => {
    port?.disconnect();
    gone();
  });
}
