import { readFileSync } from 'node:fs';

/** Octets of a value by its kind, as SoftHSM2 2.x stores it; undefined for those whose first eight octets give their length. */
const FIXED: Readonly<Record<string, number | undefined>> = { 1: 1, 2: 8 };
const HEAD = 8;

/**
 * Whether SoftHSM2's object file at `path` is missing, empty, unreadable, blank or cut off within a value. SoftHSM2 empties
 * `token.object` at every login before it writes it again, so a driver that is killed in between leaves it so.
 * A file is a count of changes, then values: type, kind, content; all numbers are 8 octets, big-endian. A kind that is not
 * known here ends the look: the file counts as whole.
 */
export function damaged(path: string): boolean {
  try {
    const file = readFileSync(path);
    let at = HEAD;
    while (at < file.length) {
      const kind = file.readBigUInt64BE(at + 8);
      if (kind === 0n) return true;
      if (kind > 3n) return false;
      at += 16;
      at += FIXED[String(kind)] ?? 8 + Number(file.readBigUInt64BE(at));
    }
    return at !== file.length || file.length === HEAD;
  } catch {
    return true;
  }
}
