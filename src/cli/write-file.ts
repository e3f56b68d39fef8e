import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { CliFailure, systemReason } from './failure.ts';

/** Throws CliFailure `output_exists` when a file would be overwritten without leave. */
export function requireFree(path: string, force: boolean): void {
  if (!force && existsSync(path)) throw new CliFailure('output_exists', 2, { path });
}

/**
 * Writes a file (0644 unless `mode` says otherwise) so that it is there whole or not at all; one that is there stays unless
 * `force`. Throws CliFailure `output_exists` or `output_unwritable`.
 */
export async function writeWhole(path: string, content: Buffer | string, force: boolean, mode = 0o644): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    if (force) await rename(draft, path);
    else await place(draft, path);
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new CliFailure('output_unwritable', 3, { path, reason: systemReason(error) }, error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Names the draft `path` unless that name is taken: a hard link decides it in one step; not every file system has them. */
async function place(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (systemReason(error) !== 'EEXIST' && !existsSync(path)) return rename(draft, path);
    throw new CliFailure('output_exists', 2, { path }, error);
  }
}
