import { crc32, inflateRawSync } from 'node:zlib';

/** Why an archive is not read. */
export type ZipFault = 'not_a_zip' | 'damaged' | 'too_large';

export class ZipError extends Error {
  override name = 'ZipError';
  readonly fault: ZipFault;

  constructor(fault: ZipFault) {
    super(fault);
    this.fault = fault;
  }
}

/** What an archive may be at most; sizes in bytes, of what comes out. */
export interface ZipLimits {
  entries: number;
  total: number;
  /** How many times larger than its packed form an entry may be, once it is larger than `unsuspicious`. */
  ratio: number;
  unsuspicious: number;
}

interface Entry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_LENGTH = 22;
const STORED = 0;
const DEFLATED = 8;

/**
 * The entries of a zip archive by name, in its order (PKWARE APPNOTE 6.3). Stricter than the format: one disk, no encryption, no
 * ZIP64, no name twice, no two opinions on an entry, checksums right, sizes bounded before and while inflating. Folders are left
 * out. Throws `ZipError`.
 */
export function readZip(bytes: Buffer, limits: ZipLimits): Map<string, Buffer> {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== LOCAL) throw new ZipError('not_a_zip');
  try {
    const { entries, start } = directory(bytes, limits);
    bound(entries, start, limits);
    const contents = new Map<string, Buffer>();
    for (const entry of entries) {
      if (contents.has(entry.name)) throw new ZipError('damaged');
      if (entry.size > 0 || !entry.name.endsWith('/')) contents.set(entry.name, content(bytes, entry, start));
    }
    return contents;
  } catch (error) {
    // Numbers that point outside of the file, and whatever zlib has to say.
    throw error instanceof ZipError ? error : new ZipError('damaged');
  }
}

/** The central directory: its entries, and where it begins. */
function directory(bytes: Buffer, limits: ZipLimits): { entries: Entry[]; start: number } {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]), bytes.length - END_LENGTH);
  if (end < 0 || end + END_LENGTH + bytes.readUInt16LE(end + 20) !== bytes.length) throw new ZipError('damaged');
  if (bytes.readUInt32LE(end) !== END || bytes.readUInt32LE(end + 4) !== 0) throw new ZipError('damaged');
  const [here, count] = [bytes.readUInt16LE(end + 8), bytes.readUInt16LE(end + 10)];
  const [length, start] = [bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)];
  if (count > limits.entries) throw new ZipError('too_large');
  if (here !== count || start + length !== end) throw new ZipError('damaged');
  const entries: Entry[] = [];
  let at = start;
  for (let each = 0; each < count; each += 1) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new ZipError('damaged');
    const nameLength = bytes.readUInt16LE(at + 28);
    entries.push({
      name: nameAt(bytes, at + 46, nameLength),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  if (at !== end) throw new ZipError('damaged');
  return { entries, start };
}

/** Refuses what is too much by what the archive itself declares, and entries that lie over one another. */
function bound(entries: readonly Entry[], start: number, limits: ZipLimits): void {
  const sum = (key: 'packed' | 'size'): number => entries.reduce((total, entry) => total + entry[key], 0);
  if (sum('size') > limits.total) throw new ZipError('too_large');
  if (sum('packed') > start) throw new ZipError('damaged');
  for (const { packed, size } of entries)
    if (size > limits.unsuspicious && size > packed * limits.ratio) throw new ZipError('too_large');
}

/** What is in an entry. The header before it must say the same as the directory. */
function content(bytes: Buffer, entry: Entry, start: number): Buffer {
  const { offset, method, packed, size } = entry;
  if (bytes.readUInt32LE(offset) !== LOCAL) throw new ZipError('damaged');
  const flags = bytes.readUInt16LE(offset + 6) | entry.flags;
  // Bit 0: encrypted; 5: patch data; 6: strong encryption; 13: the directory is masked.
  if ((flags & 0b10_0000_0110_0001) !== 0 || bytes.readUInt16LE(offset + 8) !== method) throw new ZipError('damaged');
  const nameLength = bytes.readUInt16LE(offset + 26);
  if (nameAt(bytes, offset + 30, nameLength) !== entry.name) throw new ZipError('damaged');
  const from = offset + 30 + nameLength + bytes.readUInt16LE(offset + 28);
  if (from + packed > start) throw new ZipError('damaged');
  const raw = bytes.subarray(from, from + packed);
  const plain = method === STORED ? raw : method === DEFLATED ? inflated(raw, size) : undefined;
  if (plain === undefined || plain.length !== size || crc32(plain) !== entry.crc) throw new ZipError('damaged');
  return plain;
}

function inflated(raw: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    const more = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new ZipError(more ? 'too_large' : 'damaged');
  }
}

function nameAt(bytes: Buffer, at: number, length: number): string {
  if (at + length > bytes.length) throw new ZipError('damaged');
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
}
