/** Every way in which a value of digits may stand in a file, a log or an answer, by name. */
export function encodings(value: string): Map<string, Buffer> {
  const ascii = Buffer.from(value, 'latin1');
  const hex = ascii.toString('hex');
  const pairs = hex.match(/../g) ?? [];
  const utf16le = Buffer.from(value, 'utf16le');
  const found = new Map<string, Buffer>([
    ['as text', ascii],
    ['reversed', Buffer.from([...value].reverse().join(''))],
    ['in hex', Buffer.from(hex)],
    ['in hex with spaces', Buffer.from(pairs.join(' '))],
    ['in hex with colons', Buffer.from(pairs.join(':'))],
    ['in hex with 0x', Buffer.from(pairs.map((pair) => `0x${pair}`).join(','))],
    ['as decimal codes', Buffer.from([...ascii].join(','))],
    ['as percent escapes', Buffer.from(pairs.map((pair) => `%${pair}`).join(''))],
    ['as JSON escapes', Buffer.from(pairs.map((pair) => `\\u00${pair}`).join(''))],
    ['in UTF-16LE', utf16le],
    ['in UTF-16BE', Buffer.from(utf16le).swap16()],
    ['in UTF-16 and hex', Buffer.from(utf16le.toString('hex'))],
    ['in BCD', Buffer.from(value, 'hex')],
    ['in BCD, nibbles swapped', Buffer.from((value.match(/../g) ?? []).map((pair) => `${pair[1]}${pair[0]}`).join(''), 'hex')],
    ['with a digit between', Buffer.from([...value].join('-'))],
  ]);
  // Base64 depends on where in its group of three a value begins; the outer characters depend on its neighbours.
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), ascii])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    const inner = text.slice(from, text.length - ((before + ascii.length) % 3 === 0 ? 0 : 1));
    found.set(`in base64, ${before} bytes in`, Buffer.from(inner));
  }
  return found;
}

/** The names of the encodings in which `value` stands in `haystack`. */
export function traces(haystack: Buffer, value: string): string[] {
  const lower = Buffer.from(haystack.toString('latin1').toLowerCase(), 'latin1');
  return [...encodings(value)]
    .filter(([name, needle]) => haystack.includes(needle) || (name.includes('hex') && lower.includes(needle)))
    .map(([name]) => name);
}
