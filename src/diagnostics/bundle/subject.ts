/** One attribute of a name: its type as RFC 4514 writes it (`CN`, or an OID) and its value. */
export interface Attribute {
  type: string;
  value: string;
}

/** The attributes of an RFC 4514 string, most specific first. Never fails: what it cannot read is in a value. */
export function attributesOf(name: string): Attribute[] {
  return split(name).map((part) => {
    const at = part.indexOf('=');
    return { type: at < 0 ? '' : part.slice(0, at).trim(), value: unescaped(part.slice(at + 1)) };
  });
}

function split(name: string): string[] {
  const parts = [''];
  for (let index = 0; index < name.length; index += 1) {
    const character = name[index] ?? '';
    if (character === '\\') {
      parts[parts.length - 1] += name.slice(index, index + 2);
      index += 1;
    } else if (character === ',' || character === '+') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part.trim() !== '');
}

function unescaped(value: string): string {
  const bytes = value.replace(/((?:\\[0-9a-f]{2})+)/gi, (found) =>
    Buffer.from(found.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
  return bytes.replace(/\\(.)/gs, '$1').trim();
}
