import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Procedure } from './procedure.ts';
import { readProcedure } from './read-file.ts';
import type { Refusal } from './refusal.ts';

/** The files that come with Signet. */
export const SHIPPED = fileURLToPath(new URL('./data/', import.meta.url));
/** More files than this in one folder are a mistake. */
const MAX_FILES = 1_000;

/** A procedure and where it is from. */
export interface LoadedProcedure {
  procedure: Procedure;
  file: string;
  origin: 'shipped' | 'organisation';
  /** An organisation's file that stands in place of the shipped one of the same id. */
  replaces: boolean;
}

export interface Loaded {
  /** By id, in order. */
  procedures: ReadonlyMap<string, LoadedProcedure>;
  refusals: readonly Refusal[];
}

/**
 * Reads the shipped procedures and those of an organisation's folders. A file that cannot be used is refused and the others
 * load. An organisation's file replaces a shipped one of the same id; of two in its folders the first counts. Never throws.
 */
export function loadProcedures({ folders, shipped = SHIPPED }: { folders: readonly string[]; shipped?: string }): Loaded {
  const found = new Map<string, LoadedProcedure>();
  const refusals: Refusal[] = [];
  for (const [origin, folder] of [['shipped', shipped] as const, ...folders.map((each) => ['organisation', each] as const)]) {
    const listed = procedureFiles(folder);
    if ('refusal' in listed) refusals.push(listed.refusal);
    for (const file of 'files' in listed ? listed.files : []) {
      const read = readProcedure(file);
      if ('refusals' in read) {
        refusals.push(...read.refusals);
        continue;
      }
      const before = found.get(read.procedure.id);
      if (before?.origin === origin) {
        refusals.push({ file, line: null, member: '', code: 'same_file', params: { name: before.file } });
        continue;
      }
      found.set(read.procedure.id, { procedure: read.procedure, file, origin, replaces: before !== undefined });
    }
  }
  return { procedures: new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))), refusals };
}

/** A text that changes when a file of these folders is added, removed or written. */
export function fingerprint(folders: readonly string[]): string {
  return folders
    .flatMap((folder) => {
      const listed = procedureFiles(folder);
      return 'refusal' in listed ? [folder, listed.refusal.code] : listed.files.map(stamp);
    })
    .join('\n');
}

function procedureFiles(folder: string): { files: string[] } | { refusal: Refusal } {
  const refusal = (code: string, params: Refusal['params']) => ({
    refusal: { file: folder, line: null, member: '', code, params },
  });
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
    if (names.length > MAX_FILES) return refusal('too_many_files', { most: MAX_FILES });
    return { files: names.sort().map((name) => join(folder, name)) };
  } catch (error) {
    return refusal('folder_unreadable', { reason: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' });
  }
}

function stamp(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${file} ${mtimeMs} ${size} ${ino}`;
  } catch {
    return file;
  }
}
