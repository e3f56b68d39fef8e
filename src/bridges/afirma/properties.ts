/** The settings of an operation. Names keep their case. */
export type Properties = ReadonlyMap<string, string>;

/**
 * Reads the text form of Java properties, in which sites write their settings: `key=value` lines (`:` or blanks separate as
 * well), `#` and `!` comments, lines continued by a backslash, escapes. A later line of the same name wins.
 */
export function readProperties(text: string): Properties {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const [, name = '', value = ''] = /^((?:\\[\s\S]|[^\\=:\s])*)\s*[=:]?\s*([\s\S]*)$/.exec(line) ?? [];
    properties.set(unescaped(name), unescaped(value));
  }
  return properties;
}

/** True for `true` in any case, as Java reads it. */
export function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.trimStart();
    if (open === '' && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    if (endsOpen(line)) open += line.slice(0, -1);
    else {
      lines.push(open + line);
      open = '';
    }
  }
  if (open !== '') lines.push(open);
  return lines;
}

/** True when an odd number of backslashes ends the line. */
function endsOpen(line: string): boolean {
  let at = line.length;
  while (line[at - 1] === '\\') at -= 1;
  return (line.length - at) % 2 === 1;
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|([\s\S]))/g, (_, hex: string | undefined, character: string | undefined) =>
    hex === undefined ? (CONTROLS[character ?? ''] ?? character ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
