/** Longest origin in characters: a host name has 253 at most. */
const LONGEST = 300;
const SHAPE = /^https?:\/\/[^\s\p{C}/?#@%\\]+$/iu;
/** What URL makes of a host: ASCII labels without a dot at either end, or an IPv6 address. */
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/;
/** Names whose plain HTTP never leaves this machine. Names below them, such as `a.localhost`, are left to the resolver, so not here. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The origin that a text names, as a browser would write it (HTML, 7.1.1): lower case, punycode, no default port. Null for what
 * cannot be paired: anything but https, or http on this machine; `null`; a path, credentials, an escape or a wildcard; a dot at the
 * end, which to browsers is another origin of the same host; more than 300 characters.
 */
export function originOf(text: string): string | null {
  if (text.length > LONGEST || !SHAPE.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || !HOST.test(url.hostname)) return null;
  if (url.protocol !== 'https:' && !LOOPBACK.has(url.hostname)) return null;
  return url.origin.length > LONGEST ? null : url.origin;
}
