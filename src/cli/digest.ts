import { createHash, type Hash as Hasher } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Hash } from './algorithm.ts';
import { CliFailure, systemReason } from './failure.ts';

/** Read at a time, in bytes. */
const BLOCK = 1024 * 1024;

/** Called now and then with the bytes read and those there are. */
export type OnProgress = (done: number, total: number) => void;

/**
 * Hashes of a file of any size, read once in constant memory. Throws CliFailure `file_unreadable`, `not_a_file`, or `file_changed`
 * when it was written to meanwhile.
 */
export async function digestFile<H extends Hash>(
  path: string,
  hashes: readonly H[],
  onProgress?: OnProgress,
): Promise<Record<H, Buffer>> {
  const hashers = hashes.map((name): [H, Hasher] => [name, createHash(name)]);
  await readFile(path, (block, done, total) => {
    for (const [, hasher] of hashers) hasher.update(block);
    onProgress?.(done, total);
  });
  return Object.fromEntries(hashers.map(([name, hasher]) => [name, hasher.digest()])) as Record<H, Buffer>;
}

/** A whole file of at most `limit` bytes. Throws as `digestFile`, and `data_too_large`. */
export async function readWhole(path: string, limit: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  await readFile(path, (block, done, total) => {
    if (done > limit || total > limit)
      throw new CliFailure('data_too_large', 2, { path, limit: Math.floor(limit / (1024 * 1024)) });
    blocks.push(Buffer.from(block));
  });
  return Buffer.concat(blocks);
}

/** Throws as `digestFile` when a path is no file that can be read. */
export async function requireFile(path: string): Promise<void> {
  const file = await openFile(path);
  await file.close();
}

async function readFile(path: string, take: (block: Buffer, done: number, total: number) => void): Promise<void> {
  const file = await openFile(path);
  try {
    const before = await file.stat();
    const block = Buffer.allocUnsafe(BLOCK);
    let done = 0;
    for (;;) {
      const { bytesRead } = await file.read(block, 0, BLOCK, null);
      if (bytesRead === 0) break;
      done += bytesRead;
      take(block.subarray(0, bytesRead), done, before.size);
    }
    const after = await file.stat();
    if (done !== after.size || before.size !== after.size || before.mtimeMs !== after.mtimeMs)
      throw new CliFailure('file_changed', 3, { path });
  } catch (error) {
    throw error instanceof CliFailure
      ? error
      : new CliFailure('file_unreadable', 3, { path, reason: systemReason(error) }, error);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const code = systemReason(error) === 'ENOENT' ? 'file_missing' : 'file_unreadable';
    throw new CliFailure(code, 3, { path, reason: systemReason(error) }, error);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new CliFailure('not_a_file', 2, { path });
}
