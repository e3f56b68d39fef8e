import { createHash } from 'node:crypto';
import type { Store } from './action.ts';
import { isEntry } from './entry.ts';
import type { Manager } from './service.ts';

/** One thing that an installation made, as far as it takes to undo it. */
export type Entry =
  | { kind: 'file'; path: string; sha256: string }
  | { kind: 'folder'; path: string }
  | { kind: 'key'; key: string; name: string; data: string }
  | {
      kind: 'default';
      path: string;
      type: string;
      desktop: string;
      former: string | null;
      inserted: string | null;
      madeFile: boolean;
    }
  | { kind: 'service'; manager: Manager }
  /** `madeDatabase`: the database came with it, and goes with it when nothing else has come in. */
  | { kind: 'authority'; store: Store; nickname: string; sha1: string; madeDatabase: boolean };

/** What an installation left on this machine. */
export interface InstallRecord {
  version: 1;
  entries: readonly Entry[];
}

export const NO_RECORD: InstallRecord = { version: 1, entries: [] };

/** The record's file is there but tells nothing: what was installed cannot be known from it. */
export class RecordUnreadable extends Error {
  override readonly name = 'RecordUnreadable';
}

/** Reads a record; none when there is no file. Throws RecordUnreadable. */
export function parseRecord(bytes: Buffer | null): InstallRecord {
  if (bytes === null) return NO_RECORD;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new RecordUnreadable();
  }
  if (!(value instanceof Object) || !('version' in value) || value.version !== 1 || !('entries' in value)) {
    throw new RecordUnreadable();
  }
  const { entries } = value;
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw new RecordUnreadable();
  return { version: 1, entries };
}

function sameThing(a: Entry, b: Entry): boolean {
  return thingOf(a) === thingOf(b);
}

/** What tells two entries about the same thing from two things. */
function thingOf(entry: Entry): string {
  switch (entry.kind) {
    case 'file':
    case 'folder':
      return `path ${entry.path}`;
    case 'default':
      return `default ${entry.path} ${entry.type}`;
    case 'key':
      return `key ${entry.key} ${entry.name}`;
    case 'service':
      return 'service';
    case 'authority':
      return `authority ${storeName(entry.store)} ${entry.nickname}`;
  }
}

/** The record with an entry added, in place of what it said of the same thing. */
export function withEntry(record: InstallRecord, entry: Entry): InstallRecord {
  return { version: 1, entries: [...record.entries.filter((each) => !sameThing(each, entry)), entry] };
}

/** The record without what it said of the same thing as `entry`. */
export function withoutEntry(record: InstallRecord, entry: Entry): InstallRecord {
  return { version: 1, entries: record.entries.filter((each) => !sameThing(each, entry)) };
}

/** A store by one name: the database's folder, the keychain's file, or `windows`. */
export function storeName(store: Store): string {
  if (store.kind === 'nss') return store.folder;
  return store.kind === 'keychain' ? store.path : store.kind;
}

/** SHA-256 of a file's content, hex. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
