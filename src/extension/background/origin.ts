/** Names whose plain HTTP never leaves this machine. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1'];

/**
 * The origin of the frame that opened a port, as the browser tells it; null for what may not ask: another extension, no tab, an
 * opaque origin (a sandboxed frame has its page's address, not its origin), anything but https or http on this machine.
 */
export function originOf(sender: chrome.runtime.MessageSender | undefined): string | null {
  if (sender?.id !== chrome.runtime.id || sender.tab === undefined || sender.url === undefined) return null;
  const url = URL.parse(sender.url);
  if (url === null || sender.origin !== url.origin) return null;
  if (url.protocol === 'https:') return url.origin;
  return url.protocol === 'http:' && LOOPBACK.includes(url.hostname) ? url.origin : null;
}
