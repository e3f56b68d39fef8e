import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('../nodelay.c', import.meta.url));

async function cache(fallback: string): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'signet-tests');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return folder;
  } catch {
    return fallback;
  }
}

/**
 * Path of the library preloaded into pcscd, built with gcc on first use and kept under the user's cache folder by the hash of
 * its source; in `fallback` if there is no writable cache. Rejects with gcc's words.
 */
export async function preload(fallback: string): Promise<string> {
  const name = `nodelay-${createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex')
    .slice(0, 16)}.so`;
  const folder = await cache(fallback);
  const target = join(folder, name);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  await promisify(execFile)('gcc', ['-shared', '-fPIC', '-O2', '-o', draft, SOURCE, '-ldl']);
  await rename(draft, target);
  return target;
}
