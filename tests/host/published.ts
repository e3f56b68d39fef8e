/**
 * What the published Web eID extension does on the way from a page to its native application, written anew from its protocol: a
 * content script that passes messages on, and a background that starts one host for each command.
 */

/** How it appears to the browser; `key` fixes its id in Chromium. */
export function manifestOf(browser: 'chromium' | 'firefox', key: string, firefoxId: string): object {
  return {
    manifest_version: 3,
    name: 'Web eID peer for tests',
    version: '2.5.0',
    permissions: ['nativeMessaging'],
    host_permissions: ['*://*/*'],
    content_scripts: [{ matches: ['*://*/*'], js: ['content.js'], all_frames: true, run_at: 'document_start' }],
    ...(browser === 'chromium'
      ? { key, background: { service_worker: 'background.js' } }
      : { background: { scripts: ['background.js'] }, browser_specific_settings: { gecko: { id: firefoxId } } }),
  };
}

export const CONTENT = `
const asked = /^web-eid:(status|authenticate|get-signing-certificate|sign)$/;
window.addEventListener('message', async ({ source, origin, data }) => {
  if (source !== window || !asked.test(data?.action ?? '')) return;
  if (!window.isSecureContext) return window.postMessage({ action: data.action + '-failure', error: { code: 'ERR_WEBEID_CONTEXT_INSECURE' } }, origin);
  window.postMessage({ action: data.action + '-ack' }, origin);
  window.postMessage(await chrome.runtime.sendMessage(data), origin);
});`;

export const BACKGROUND = `
const HANDSHAKE = 5000;
const PATIENCE = 120000;

function nextMessage(port, within) {
  return new Promise((resolve, reject) => {
    const end = (done, value) => { clearTimeout(timer); port.onMessage.removeListener(heard); port.onDisconnect.removeListener(gone); done(value); };
    const heard = (message) => end(resolve, message);
    const gone = () => end(reject, { code: 'ERR_WEBEID_NATIVE_UNAVAILABLE', message: chrome.runtime.lastError?.message ?? 'closed' });
    const timer = setTimeout(() => end(reject, { code: 'ERR_WEBEID_USER_TIMEOUT', message: within + ' ms' }), within);
    port.onMessage.addListener(heard);
    port.onDisconnect.addListener(gone);
  });
}

async function serve({ action, libraryVersion, options, ...given }, origin) {
  const port = chrome.runtime.connectNative('eu.webeid');
  try {
    const { version } = await nextMessage(port, HANDSHAKE);
    if (!/^2\\./.test(version)) throw { code: 'ERR_WEBEID_VERSION_INVALID', message: version };
    const command = action.slice('web-eid:'.length);
    const lang = options?.lang === undefined ? {} : { lang: options.lang };
    if (command === 'status') {
      const quit = nextMessage(port, 2000);
      port.postMessage({ command: 'quit', arguments: {} });
      await quit;
      return { action: action + '-success', nativeApp: version, extension: '2.5.0' };
    }
    const answer = nextMessage(port, options?.userInteractionTimeout ?? PATIENCE);
    port.postMessage({ command, arguments: { ...given, ...lang, origin } });
    const result = await answer;
    if (result.error !== undefined) throw result.error;
    return { action: action + '-success', ...result };
  } catch (error) {
    return { action: action + '-failure', error };
  } finally {
    port.disconnect();
  }
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  serve(message, new URL(sender.url).origin).then(reply);
  return true;
});`;

/** The part of the page library: posts one action and waits for its end. Times are in milliseconds. */
export const LIBRARY = `
function webeid(action, given = {}) {
  const began = performance.now();
  return new Promise((resolve) => {
    const heard = ({ source, data }) => {
      if (source !== window || (data?.action !== 'web-eid:' + action + '-success' && data?.action !== 'web-eid:' + action + '-failure')) return;
      window.removeEventListener('message', heard);
      const { action: _, ...answer } = data;
      resolve({ answer, ms: performance.now() - began });
    };
    window.addEventListener('message', heard);
    window.postMessage({ action: 'web-eid:' + action, libraryVersion: '2.1.0', ...given }, '*');
  });
}`;
