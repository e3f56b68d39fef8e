/**
 * The parameters of a query string: split at `&`, each at its first `=` only, because raw base64url with padding travels in it;
 * `+` is no blank. Null when a name comes twice or an escape is broken.
 */
export function readQuery(text: string): Map<string, string> | null {
  const parameters = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = at < 0 ? '' : decoded(pair.slice(at + 1));
    if (value === null || parameters.has(name)) return null;
    parameters.set(name, value);
  }
  return parameters;
}

function decoded(value: string): string | null {
  // Documents are base64url and carry no escape: megabytes need not be walked through.
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

/** Bytes of base64 in either alphabet, padded or not, or null when the text is something else. */
export function fromBase64(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  const digits = text.replace(/=+$/, '').length;
  return digits % 4 === 1 ? null : bytes;
}

/** Base64url with padding, as the protocol writes it. */
export function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
