import { plain } from './plain.ts';

/** Columns of a name that a file is saved or handed over by. */
const LONGEST = 100;
/** What some file system cannot keep, or takes for the end of a name. */
const UNFIT = /[<>:"|?*\\/]/g;
/** Names that Windows gives to devices, whatever follows the dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A bare file name of what somebody else calls a file: no folder of any system, no control or format character, neither hidden nor a
 * device, no longer than every file system takes. `fallback` where nothing is left.
 */
export function bareName(name: string, fallback: string): string {
  const last = name.slice(-4_096).split(/[\\/]/).at(-1) ?? '';
  const bare = plain(last, LONGEST)
    .replace(UNFIT, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  if (bare === '') return fallback;
  return DEVICE.test(bare) ? `_${bare}` : bare;
}
