import { isUtf8 } from 'node:buffer';
import type { Secret, TokenFacts } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';

/** The longest PIN taken where the token names no sensible maximum, in bytes. */
const LONGEST = 255;

/**
 * Refuses what cannot be a PIN of this token before it costs a try: empty, outside ulMinPinLen…ulMaxPinLen (in bytes, as
 * drivers count), or not UTF-8 without control characters. Throws `pin_format`; the text never tells the value's length.
 */
export function requirePinFormat(pin: Secret, facts: TokenFacts, which: 'pin' | 'newPin' | 'puk'): void {
  const { min, max } = pinLengths(facts);
  const bytes = pin.bytes;
  const fits = bytes.length > 0 && bytes.length >= min && bytes.length <= max;
  if (!fits || !isText(bytes)) {
    throw new SignetError('pin_format', { params: { field: which, min, max }, extra: { field: which } });
  }
}

/** The lengths that a token takes, in bytes; implausible ones are widened rather than trusted. */
export function pinLengths(facts: TokenFacts): { min: number; max: number } {
  const max = facts.maxPinLength > 0 ? Math.min(facts.maxPinLength, LONGEST) : LONGEST;
  const min = Math.max(1, facts.minPinLength);
  return min <= max ? { min, max } : { min: 1, max: LONGEST };
}

function isText(bytes: Buffer): boolean {
  // No decoding: a decoded copy would be a string that cannot be wiped.
  for (const byte of bytes) if (byte < 0x20 || byte === 0x7f) return false;
  return isUtf8(bytes);
}
