/** What the header of a library says. `arches` are spelled as Node does. */
export interface Binary {
  format: 'ELF' | 'PE' | 'Mach-O';
  bits: 32 | 64;
  arches: string[];
}

/** e_machine of ELF (System V ABI), Machine of COFF (PE format), cputype of Mach-O (mach/machine.h). */
const ELF: Readonly<Record<number, string>> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64', 258: 'loong64' };
const COFF: Readonly<Record<number, string>> = { 332: 'ia32', 448: 'arm', 452: 'arm', 34404: 'x64', 43620: 'arm64' };
const MACH: Readonly<Record<number, string>> = { 7: 'ia32', 12: 'arm', 16777223: 'x64', 16777228: 'arm64' };
const MACH_64 = 0x01000000;
/** A universal file holds a handful; a Java class begins with the same four bytes and claims more. */
const MOST_ARCHES = 16;

/** Reads the header of an ELF, PE or Mach-O file; null for anything else, or a header cut short. */
export function binaryOf(bytes: Buffer): Binary | null {
  try {
    if (bytes.readUInt32BE(0) === 0x7f454c46) return elf(bytes);
    if (bytes.toString('latin1', 0, 2) === 'MZ') return portable(bytes);
    return mach(bytes);
  } catch (error) {
    // Every read beyond the end is a RangeError.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function elf(bytes: Buffer): Binary {
  const little = bytes.readUInt8(5) !== 2;
  const machine = little ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  return { format: 'ELF', bits: bytes.readUInt8(4) === 1 ? 32 : 64, arches: [ELF[machine] ?? `machine ${machine}`] };
}

function portable(bytes: Buffer): Binary | null {
  const header = bytes.readUInt32LE(0x3c);
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return null;
  const machine = bytes.readUInt16LE(header + 4);
  const bits = bytes.readUInt16LE(header + 24) === 0x10b ? 32 : 64;
  return { format: 'PE', bits, arches: [COFF[machine] ?? `machine ${machine}`] };
}

function mach(bytes: Buffer): Binary | null {
  const magic = bytes.readUInt32BE(0);
  if (magic === 0xcafebabe || magic === 0xcafebabf) {
    const count = bytes.readUInt32BE(4);
    if (count === 0 || count > MOST_ARCHES) return null;
    const size = magic === 0xcafebabf ? 32 : 20;
    const types = Array.from({ length: count }, (_, index) => bytes.readUInt32BE(8 + index * size));
    return { format: 'Mach-O', bits: types.some((type) => type >= MACH_64) ? 64 : 32, arches: types.map(machName) };
  }
  const little = magic === 0xcffaedfe || magic === 0xcefaedfe;
  if (!little && magic !== 0xfeedfacf && magic !== 0xfeedface) return null;
  const type = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
  return { format: 'Mach-O', bits: type >= MACH_64 ? 64 : 32, arches: [machName(type)] };
}

function machName(type: number): string {
  return MACH[type] ?? `cpu ${type}`;
}
