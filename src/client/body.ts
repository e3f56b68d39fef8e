const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = Buffer.from('0123456789abcdef');

/**
 * A JSON object as UTF-8. Members that are `undefined` are left out; a Buffer becomes a string of its bytes, written from bytes
 * to bytes so that a PIN never is a JavaScript string. Zero the result after use when it holds one.
 */
export function jsonBody(members: Readonly<Record<string, unknown>>): Buffer {
  const parts: Buffer[] = [];
  const own: Buffer[] = [];
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    if (Buffer.isBuffer(value)) {
      const quoted = quote(value);
      own.push(quoted);
      parts.push(quoted);
    } else {
      parts.push(Buffer.from(JSON.stringify(value)));
    }
  }
  parts.push(Buffer.from(parts.length === 0 ? '{}' : '}'));
  const body = gather(parts);
  for (const quoted of own) quoted.fill(0);
  return body;
}

/** Zeroes every Buffer among the members. */
export function wipeSecrets(members: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(members)) if (Buffer.isBuffer(value)) value.fill(0);
}

// Buffer.concat and Buffer.from take small buffers from a shared pool, whose bytes outlive them; alloc does not.
function gather(parts: readonly Buffer[]): Buffer {
  const whole = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(whole, at);
  return whole;
}

/** A JSON string (RFC 8259, section 7) of UTF-8 bytes: only quote, backslash and control characters need an escape. */
function quote(bytes: Buffer): Buffer {
  const out = Buffer.alloc(2 + bytes.length * 6);
  let end = 0;
  out[end++] = QUOTE;
  for (const byte of bytes) {
    if (byte === QUOTE || byte === BACKSLASH) out[end++] = BACKSLASH;
    if (byte >= 0x20) {
      out[end++] = byte;
      continue;
    }
    end += out.write('\\u00', end, 'latin1');
    out[end++] = HEX[byte >> 4] ?? 0;
    out[end++] = HEX[byte & 15] ?? 0;
  }
  out[end++] = QUOTE;
  const exact = Buffer.alloc(end);
  out.copy(exact, 0, 0, end);
  out.fill(0);
  return exact;
}
