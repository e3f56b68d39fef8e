/**
 * An argument of an Assuan command: percent sign and line ends are escaped (libassuan manual, "Server responses"); everything
 * else goes as UTF-8.
 */
export function escaped(text: string): string {
  return text.replace(/[%\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

const PERCENT = 0x25;

/** The bytes behind a data line's `%XX`; a percent sign that nothing follows stands for itself. A buffer of its own, to be wiped. */
export function unescaped(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const high = digit(bytes[at + 1]);
    const low = digit(bytes[at + 2]);
    const written = byte === PERCENT && high !== null && low !== null;
    out[length++] = written ? high * 16 + low : byte;
    if (written) at += 2;
  }
  if (length === out.length) return out;
  const exact = Buffer.alloc(length);
  out.copy(exact, 0, 0, length);
  out.fill(0);
  return exact;
}

function digit(byte: number | undefined): number | null {
  if (byte === undefined) return null;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : null;
}
