/** One BER-TLV element; `tag` is the whole tag as a number (0x5fc105). */
export interface Element {
  tag: number;
  value: Buffer;
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  if (size < 0x100) return Buffer.from([0x81, size]);
  return Buffer.from([0x82, size >> 8, size & 0xff]);
}

/** Encodes one element; values up to 65,535 bytes. */
export function element(tag: number, value: Uint8Array): Buffer {
  const hex = tag.toString(16);
  return Buffer.concat([Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'), length(value.length), value]);
}

/** Decodes a run of elements; stops silently at the first incomplete one, as cards do. */
export function elements(input: Buffer): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < input.length) {
    let tag = input[at++] ?? 0;
    if ((tag & 0x1f) === 0x1f) {
      let more = 0x80;
      while (more & 0x80 && at < input.length) {
        more = input[at++] ?? 0;
        tag = tag * 256 + more;
      }
    }
    let size = input[at++] ?? 0;
    if (size === 0x81 || size === 0x82) {
      const bytes = size & 0x7f;
      if (at + bytes > input.length) return found;
      size = input.readUIntBE(at, bytes);
      at += bytes;
    }
    if (at + size > input.length) return found;
    found.push({ tag, value: input.subarray(at, at + size) });
    at += size;
  }
  return found;
}

/** The value of the first element with this tag, or undefined. */
export function find(input: Buffer, tag: number): Buffer | undefined {
  return elements(input).find((one) => one.tag === tag)?.value;
}
