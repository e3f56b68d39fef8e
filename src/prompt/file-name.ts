import { plain } from './plain.ts';

/** Columns of a name that a file is saved or handed over by. */
const LONGEST = 120;
/** File systems take 255 bytes, and a browser may add a number. Of letters of four bytes that is `SHORT` columns. */
const BYTES = 220;
const SHORT = 50;
/** What some file system cannot keep, or takes for a folder. */
const UNFIT = /[<>:"|?*\\/]/g;
/** Names that Windows gives to devices, whatever follows the dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A bare file name of what somebody else calls a file: no folder of any system, no control or format character, neither hidden nor a
 * device, no longer than every file system takes. `fallback` where nothing is left.
 */
export function bareName(name: string, fallback: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const whole = plain(last, LONGEST);
  const fits = Buffer.byteLength(whole) <= BYTES ? whole : plain(whole.replace(/\p{M}/gu, ''), SHORT);
  const bare = fits.replace(UNFIT, '_').replace(/^[.\s]+|[.\s]+$/g, '');
  if (bare === '') return fallback;
  return DEVICE.test(bare) ? `_${bare}` : bare;
}
