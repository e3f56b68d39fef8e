import { createHash, randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const preferred = join(import.meta.dirname, '../../node_modules/.cache/signet-tests');
const fallback = join(tmpdir(), `signet-tests-${process.getuid?.() ?? 'user'}`);

/** The directory where built test programs and token templates are kept between runs; made on first use. */
export function cacheDirectory(): string {
  for (const directory of [preferred, fallback]) {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      accessSync(directory, constants.W_OK);
      return directory;
    } catch (error) {
      if (directory === fallback) throw error;
    }
  }
  return fallback;
}

/** SHA-256 of the parts, in order, as 20 hex digits: the name of a cache entry. */
export function cacheKey(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 20);
}

/**
 * The cache entry `name`, a directory that `fill` fills when it is missing. Two processes may fill at once: each fills its
 * own directory, and the first to rename it wins.
 */
export async function cached(name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const entry = join(cacheDirectory(), name);
  if (isDirectory(entry)) return entry;
  const draft = `${entry}.${randomUUID()}`;
  mkdirSync(draft, { mode: 0o700 });
  try {
    await fill(draft);
    renameSync(draft, entry);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!isDirectory(entry)) throw error;
  }
  return entry;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
