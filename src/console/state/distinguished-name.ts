/**
 * The values of a distinguished name in RFC 4514's form, by attribute type: `CN` and `O` of "CN=Ann,O=Town". The first of several;
 * escapes are undone.
 */
export function namesOf(dn: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const part of dn.split(/(?<!\\)[,+]/)) {
    const at = part.indexOf('=');
    if (at < 0) continue;
    const type = part.slice(0, at).trim().toUpperCase();
    if (!names.has(type)) names.set(type, unescaped(part.slice(at + 1)));
  }
  return names;
}

/** A name in short, for people: the common name, else the organisation, else the whole. */
export function shortName(dn: string): string {
  const names = namesOf(dn);
  return names.get('CN') ?? names.get('O') ?? dn;
}

function unescaped(value: string): string {
  return value
    .replace(/(?:\\[0-9a-fA-F]{2})+/g, (run) => {
      const bytes = Uint8Array.from(run.slice(1).split('\\'), (pair) => Number.parseInt(pair, 16));
      return new TextDecoder().decode(bytes);
    })
    .replace(/\\(.)/g, '$1');
}
