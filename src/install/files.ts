import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, parse, sep } from 'node:path';
import { hashOf } from './record.ts';

/** A place where another user of this machine could put something of theirs under what we write. */
export class UnsafePlace extends Error {
  override readonly name = 'UnsafePlace';
  readonly code = 'UNSAFE';
  readonly path: string;

  constructor(path: string) {
    super(`unsafe: ${path}`);
    this.path = path;
  }
}

/**
 * Makes a folder and those above it that are missing, with these rights, and returns those it made, from
 * above. Throws UnsafePlace when one of those that are there, or a symbolic link on the way, is another user's or open to all.
 */
export function makeFolders(path: string, mode = 0o755): string[] {
  const missing: string[] = [];
  let there = path;
  while (look(there) === null) {
    missing.unshift(there);
    there = dirname(there);
  }
  assertSafe(there);
  const made: string[] = [];
  for (const folder of missing) {
    mkdirSync(folder, { mode });
    made.push(folder);
  }
  return made;
}

/** Writes a file with these rights, whole or not at all. A symbolic link in its place is replaced, not followed. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, content);
      if (process.platform !== 'win32') fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes a file if it still is what it was; false when it is not. */
export function removeIf(path: string, sha256: string): boolean {
  const stats = look(path);
  if (stats === null) return true;
  if (!stats.isFile() || hashOf(readFileSync(path)) !== sha256) return false;
  unlinkSync(path);
  return true;
}

/** Removes a folder if nothing is in it; false when there is. */
export function removeEmpty(path: string): boolean {
  const stats = look(path);
  if (stats === null) return true;
  if (!stats.isDirectory() || readdirSync(path).length > 0) return false;
  rmdirSync(path);
  return true;
}

function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Walks from the root to the folder as it is spelled, and again as it is once links are followed. */
function assertSafe(folder: string): void {
  if (process.getuid === undefined) return;
  const real = realpathSync(folder);
  for (const spelling of new Set([folder, real])) {
    for (const part of partsOf(spelling)) assertOwn(part);
  }
}

function partsOf(path: string): string[] {
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep).filter(Boolean);
  return names.map((_name, index) => join(root, ...names.slice(0, index + 1)));
}

function assertOwn(path: string): void {
  const stats = lstatSync(path);
  const mine = stats.uid === process.getuid?.() || stats.uid === 0;
  // Rights of a link mean nothing; a folder such as /tmp lets everybody in, but nobody touch what is another's.
  const open = stats.isDirectory() && (stats.mode & 0o002) !== 0 && (stats.mode & 0o1000) === 0;
  if (!mine || open) throw new UnsafePlace(path);
}
