import { Secret } from '../drivers/index.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** A body without its secrets, and the secrets. */
export interface CutBody {
  /** JSON in which each secret's text has become an empty string. */
  json: Buffer;
  secrets: Record<string, Secret>;
}

/**
 * Takes the PINs out of a JSON object before it is parsed: `JSON.parse` would make them strings, which cannot be wiped. Only
 * members of the outermost object with these names and a string value are taken; `body` is changed in place and holds none of
 * them afterwards. Returns null when a secret is no well-formed JSON string; other malformed JSON is left for the parser to refuse.
 */
export function cutSecrets(body: Buffer, names: ReadonlySet<string>): CutBody | null {
  const secrets: Record<string, Secret> = {};
  let depth = 0;
  let key: string | null = null;
  let at = 0;
  while (at < body.length) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = stringEnd(body, at);
      if (end < 0) break;
      if (depth === 1 && key !== null && names.has(key)) {
        const bytes = unquote(body.subarray(at + 1, end));
        if (bytes === null) {
          for (const secret of Object.values(secrets)) secret.wipe();
          return null;
        }
        secrets[key]?.wipe();
        secrets[key] = Secret.adopt(bytes);
        body[at + 1] = QUOTE;
        body.fill(SPACE, at + 2, end + 1);
        if (end === at + 1) body[end] = QUOTE;
        key = null;
      } else if (depth === 1 && key === null && nextByte(body, end + 1) === 0x3a) {
        key = unquote(body.subarray(at + 1, end))?.toString('utf8') ?? null;
      } else {
        key = null;
      }
      at = end + 1;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      key = null;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    } else if (byte === 0x2c) {
      key = null;
    }
    at += 1;
  }
  return { json: body, secrets };
}

/** Index of the quote that closes the string opened at `start`, or -1. */
function stringEnd(body: Buffer, start: number): number {
  for (let at = start + 1; at < body.length; at += 1) {
    if (body[at] === BACKSLASH) at += 1;
    else if (body[at] === QUOTE) return at;
  }
  return -1;
}

function nextByte(body: Buffer, from: number): number | undefined {
  let at = from;
  while (at < body.length && (body[at] ?? 0) <= SPACE) at += 1;
  return body[at];
}

const SIMPLE: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 0x08,
  102: 0x0c,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
};

/** The bytes of a JSON string (RFC 8259 section 7) in a buffer of their own, or null when it is not one. */
function unquote(raw: Buffer): Buffer | null {
  const out = Buffer.alloc(raw.length);
  const length = write(raw, out);
  const exact = length === null ? null : Buffer.alloc(length);
  if (exact !== null) out.copy(exact);
  out.fill(0);
  return exact;
}

/** Writes the text of a JSON string as UTF-8; returns its length, or null at an escape that is none or a bare control character. */
function write(raw: Buffer, out: Buffer): number | null {
  let length = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at] ?? 0;
    if (byte < SPACE) return null;
    if (byte !== BACKSLASH) {
      out[length] = byte;
      length += 1;
      continue;
    }
    at += 1;
    const letter = raw[at] ?? 0;
    const simple = SIMPLE[letter];
    if (simple !== undefined) {
      out[length] = simple;
      length += 1;
      continue;
    }
    const unit = letter === 0x75 ? hex4(raw, at + 1) : null;
    if (unit === null) return null;
    at += 4;
    const low = unit >= 0xd800 && unit < 0xdc00 && raw[at + 1] === BACKSLASH && raw[at + 2] === 0x75 ? hex4(raw, at + 3) : null;
    if (unit >= 0xd800 && unit < 0xe000) {
      if (low === null || low < 0xdc00 || low >= 0xe000 || unit >= 0xdc00) return null;
      at += 6;
      length += writeUtf8(out, length, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    } else {
      length += writeUtf8(out, length, unit);
    }
  }
  return length;
}

function hex4(raw: Buffer, at: number): number | null {
  let value = 0;
  for (let n = 0; n < 4; n += 1) {
    const byte = raw[at + n] ?? 0;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : byte >= 0x41 && byte <= 0x46
          ? byte - 55
          : byte >= 0x61 && byte <= 0x66
            ? byte - 87
            : -1;
    if (digit < 0) return null;
    value = value * 16 + digit;
  }
  return value;
}

function writeUtf8(out: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return 1;
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = 0x80 | (code & 0x3f);
    return 2;
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12);
    out[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    out[at + 2] = 0x80 | (code & 0x3f);
    return 3;
  }
  out[at] = 0xf0 | (code >> 18);
  out[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  out[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  out[at + 3] = 0x80 | (code & 0x3f);
  return 4;
}
