/** Where a request goes first: `null` straight to its host, `unsupported` a proxy that Signet cannot speak to. */
export type Way = URL | null | 'unsupported';

/**
 * The proxy that the environment sets for an address: `http_proxy`, `https_proxy` and `all_proxy` in both spellings, and the
 * exceptions of `no_proxy` (names with all below them, addresses, `host:port`, `*`).
 */
export function proxyFor(target: URL, env: Readonly<Record<string, string | undefined>>): Way {
  const read = (name: string): string => env[name] || env[name.toUpperCase()] || '';
  const proxy = read(`${target.protocol.slice(0, -1)}_proxy`) || read('all_proxy');
  if (proxy === '' || isExcepted(target, read('no_proxy'))) return null;
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : 'unsupported';
  } catch {
    return 'unsupported';
  }
}

function isExcepted({ hostname, protocol, port }: URL, list: string): boolean {
  const host = hostname.toLowerCase();
  const at = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const bare = name.replace(/^\*?\./, '');
      return bare !== '' && (only === undefined || only === at) && (host === bare || host.endsWith(`.${bare}`));
    });
}
