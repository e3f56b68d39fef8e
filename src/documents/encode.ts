/** One DER element with this identifier octet around the parts (X.690, 8.1 and 10.1). */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(contents.length), contents]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  // An arc may be larger than a number can say exactly: those under 2.25 have 128 bits.
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets = [first * 40n + second, ...rest].flatMap((arc) => {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    return groups;
  });
  return element(0x06, Buffer.from(octets));
}

/** A SET OF in the order that DER wants: the encodings sorted as octet strings (X.690, 11.6). */
export function setOf(members: readonly Buffer[]): Buffer {
  return element(0x31, ...[...members].sort(Buffer.compare));
}

export const NULL = Buffer.from([0x05, 0x00]);

/** A small INTEGER, 0 to 127. */
export function integer(value: number): Buffer {
  return element(0x02, Buffer.from([value]));
}

/** A Time as CMS wants it (RFC 5652, 11.3): UTCTime up to 2049, GeneralizedTime after. */
export function time(at: Date): Buffer {
  const digits = at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return at.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : element(0x18, Buffer.from(digits, 'latin1'));
}
