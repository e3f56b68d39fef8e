import { existsSync, realpathSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Catalogue, DriverEntry } from './catalogue.ts';
import { expand } from './expand.ts';
import { fillParameters } from './profile.ts';

/** A catalogue entry whose library is on this machine. */
export interface InstalledDriver {
  /** The catalogue's entry with the variables of its library parameters filled in. */
  readonly entry: DriverEntry;
  /** Absolute path, as the catalogue spells it. */
  readonly path: string;
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/**
 * The libraries to load, in the catalogue's order: per entry the first candidate that exists. A file is listed once however many
 * links lead to it, and of one `family` only the first: the same token shown by two drivers would have two try counters.
 * An entry whose library parameters name an unset variable is left out. `env` is the environment that `%NAME%` refers to.
 */
export function installedDrivers(
  catalogue: Catalogue,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
  env: NodeJS.ProcessEnv = process.env,
): InstalledDriver[] {
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32') return [];
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  const taken = new Set<string>();
  const families = new Set<string>();
  const installed: InstalledDriver[] = [];
  for (const entry of catalogue.drivers) {
    if (entry.family !== undefined && families.has(entry.family)) continue;
    const filled = fillParameters(entry, env);
    if (filled === null) continue;
    const path = entry.libraries[platform]
      .map((candidate) => expand(candidate, env))
      .find((candidate) => candidate !== null && isAbsolute(candidate) && exists(candidate));
    if (path === undefined || path === null) continue;
    const file = realPath(path);
    if (taken.has(file)) continue;
    taken.add(file);
    if (entry.family !== undefined) families.add(entry.family);
    installed.push({ entry: filled, path });
  }
  return installed;
}
