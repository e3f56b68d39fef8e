/** Longest name, in bytes of UTF-8: file systems take 255, and somebody may put "(2)" behind it. */
const LONGEST = 200;
/** Marks that may stand on one letter; more of them only paint over their neighbours. */
const MARKS = /(\p{M}{3})\p{M}+/gu;
/** Names that Windows takes for devices, with whatever extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])$/i;

/**
 * A name for an attached file that is fit to be shown and to be saved under on any system: one line, no path, nothing that turns
 * the direction of reading, no device of Windows, of bearable length. `extensions` are those that fit what is in the file, the
 * usual one first: a name that ends otherwise gets it, so that `invoice.exe` that is a PDF is saved as `invoice.exe.pdf`.
 */
export function cleanName(given: string, extensions: readonly string[]): string {
  const [usual = 'bin'] = extensions;
  const own =
    given
      .toWellFormed()
      .normalize('NFC')
      .split(/[/\\]/)
      .filter((part) => part.trim() !== '')
      .at(-1) ?? '';
  const line = own
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(MARKS, '$1')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.~-]+|[\s.]+$/g, '');
  const [, stem = line, ending = ''] = /^(.+)\.([^.]+)$/.exec(line) ?? [];
  const fits = extensions.includes(ending.toLowerCase());
  const tail = fits ? `.${ending}` : `.${usual}`;
  const name = (fits ? stem : line).replace(/[\s.]+$/, '') || 'file';
  const safe = DEVICE.test((name.split('.', 1)[0] ?? '').trim()) ? `_${name}` : name;
  return `${cut(safe, LONGEST - Buffer.byteLength(tail))}${tail}`;
}

/** The name with a number, when the case has a file of that name already (case does not count: some systems ignore it). */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken.map((each) => each.toLowerCase()));
  const [, stem = name, ending = ''] = /^(.+)(\.[^.]+)$/.exec(name) ?? [];
  let free = name;
  for (let number = 2; used.has(free.toLowerCase()); number += 1) free = `${stem} (${number})${ending}`;
  return free;
}

/** The front of a text, in whole characters, that fits in so many bytes. */
function cut(text: string, bytes: number): string {
  let kept = '';
  for (const sign of text) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(sign) > bytes) break;
    kept += sign;
  }
  return kept.trimEnd();
}
