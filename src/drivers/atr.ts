/** An ATR with the bits that count: `value` is already masked, and both have the same length in bytes. */
export interface AtrPattern {
  readonly value: Buffer;
  readonly mask: Buffer;
}

const PATTERN = /^((?:[0-9A-F]{2}|\.\.)+)(?:\/((?:[0-9A-F]{2})+))?$/;

/**
 * Reads a catalogue ATR: hex, `..` for any byte, optionally `/MASK` of the same length.
 * Throws a `SyntaxError` when it is neither.
 */
export function parseAtrPattern(text: string): AtrPattern {
  const [, hex, maskHex] = PATTERN.exec(text) ?? [];
  if (hex === undefined) throw new SyntaxError('is not hex with .. for any byte');
  const wildcards = Buffer.from(
    hex.replace(/\.\.|[0-9A-F]{2}/g, (byte) => (byte === '..' ? '00' : 'FF')),
    'hex',
  );
  const given = maskHex === undefined ? wildcards : Buffer.from(maskHex, 'hex');
  if (given.length !== wildcards.length) throw new SyntaxError(`has ${wildcards.length} bytes but a mask of ${given.length}`);
  const mask = Buffer.from(wildcards.map((byte, index) => byte & (given[index] ?? 0)));
  const bytes = Buffer.from(hex.replaceAll('..', '00'), 'hex');
  return { value: Buffer.from(bytes.map((byte, index) => byte & (mask[index] ?? 0))), mask };
}

/** An ATR as readers and tools print it (any case; spaces, colons or dashes between bytes) in bytes, or null if it is none. */
export function parseAtr(text: string): Buffer | null {
  const hex = text.replace(/[\s:-]/g, '');
  return /^(?:[0-9A-Fa-f]{2}){2,33}$/.test(hex) ? Buffer.from(hex, 'hex') : null;
}

/** Whether the card's ATR has the pattern's length and its bits wherever the mask has one. */
export function matchesPattern(atr: Buffer, { value, mask }: AtrPattern): boolean {
  return atr.length === value.length && atr.every((byte, index) => (byte & (mask[index] ?? 0)) === value[index]);
}

/** Whether some ATR would match both patterns. */
export function patternsOverlap(one: AtrPattern, other: AtrPattern): boolean {
  if (one.value.length !== other.value.length) return false;
  return one.value.every((byte, i) => ((byte ^ (other.value[i] ?? 0)) & (one.mask[i] ?? 0) & (other.mask[i] ?? 0)) === 0);
}
