/** `[scheme://]host[:port][/path]`, where a star stands for any and `[*.]` for a domain with all below it; a path is not looked at. */
const PATTERN = /^(?:(\*|https?):\/\/)?(\[\*\.\][^:/*]*|\*|\[[0-9a-f:.]+\]|[^:/*[\]]+)(?::(\*|\d+))?(?:\/\S*)?$/i;
const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** More than any domain is long. */
const WHOLE_HOST = 1_000;

/** What a browser was told of the sites that a pattern means. */
export interface Rule {
  pattern: string;
  blocks: boolean;
}

/**
 * Whether rules of a browser block an origin: the rule that means it most exactly counts, and of two that are as exact the one that
 * blocks. Null when none means it. Seen with Chromium 156, in its settings and its policies.
 */
export function blocked(rules: readonly Rule[], origin: string): boolean | null {
  const fitting = rules.flatMap(({ pattern, blocks }) => {
    const fit = fitOf(pattern, origin);
    return fit === null ? [] : [{ fit, blocks }];
  });
  const best = Math.max(...fitting.map(({ fit }) => fit));
  return fitting.length === 0 ? null : fitting.some(({ fit, blocks }) => fit === best && blocks);
}

/** How exactly a pattern means an origin, the host before all else; null when it does not mean it. */
function fitOf(pattern: string, origin: string): number | null {
  const [, scheme = '*', host = '', port = '*'] = PATTERN.exec(pattern.trim()) ?? [];
  const url = URL.parse(origin);
  if (url === null || host === '') return null;
  if (scheme !== '*' && `${scheme.toLowerCase()}:` !== url.protocol) return null;
  if (port !== '*' && port !== (url.port || PORTS[url.protocol])) return null;
  const fit = hostFit(host.toLowerCase(), url.hostname);
  return fit === null ? null : fit * 4 + (scheme === '*' ? 0 : 2) + (port === '*' ? 0 : 1);
}

function hostFit(host: string, name: string): number | null {
  if (host === '*' || host === '[*.]') return 0;
  if (!host.startsWith('[*.]')) return host === name ? WHOLE_HOST : null;
  const domain = host.slice('[*.]'.length);
  return name === domain || name.endsWith(`.${domain}`) ? domain.length : null;
}
