import { posix, win32 } from 'node:path';
import type { Action } from './action.ts';
import type { InstallMachine } from './machine.ts';
import { type Entry, hashOf } from './record.ts';
import { managerOf } from './service.ts';

/**
 * What it takes to remove an installation, by its record and nothing else: the last thing made goes first, and folders that were
 * made for it when they are empty. A file that somebody has changed since stays, and is told.
 */
export function unplan(machine: InstallMachine): Action[] {
  const { entries } = machine.record;
  if (entries.length === 0) return [{ do: 'tell', note: 'nothing_installed', params: {} }];
  const backwards = [...entries].reverse();
  // Where no manager answered, the person may have switched it on since.
  const service = entries.some(
    ({ kind, ...entry }) => kind === 'service' || ('path' in entry && entry.path === machine.places.unit),
  );
  const manager = managerOf(machine.platform);
  const services: Action[] = service
    ? [{ do: 'stop-service', manager, uid: machine.uid, everybody: machine.scope === 'system' }]
    : [];
  const things = backwards.flatMap((entry) => undo(machine, entry));
  const reload: Action[] = service && machine.manager.answers && manager === 'systemd' ? [{ do: 'reload-service', manager }] : [];
  const folders = backwards
    .flatMap((entry) => (entry.kind === 'folder' ? [entry.path] : []))
    .sort((a, b) => depth(b) - depth(a))
    .map((path): Action => ({ do: 'remove-folder', path }));
  return [...services, ...things, ...reload, ...folders];
}

function undo(machine: InstallMachine, entry: Entry): Action[] {
  switch (entry.kind) {
    case 'file':
      return undoFile(machine, entry.path, entry.sha256);
    case 'key': {
      const is = machine.registry.get(`${entry.key}\\${entry.name}`);
      if (is === undefined) return [];
      if (is !== entry.data) return [{ do: 'leave', path: entry.key, why: 'changed' }];
      return [
        { do: 'remove-key', key: entry.key, name: entry.name, whole: entry.name === '' && !othersBelow(machine, entry.key) },
      ];
    }
    case 'default':
      return machine.kind(entry.path) === 'file' ? [{ do: 'restore-default', entry }] : [];
    case 'authority': {
      const { store, nickname, sha1, madeDatabase } = entry;
      return [{ do: 'distrust', store, nickname, sha1, dropDatabase: madeDatabase }];
    }
    case 'folder':
    case 'service':
      return [];
  }
}

/** Whether a key has one below it that is another's by now, with which it must not go. */
function othersBelow(machine: InstallMachine, key: string): boolean {
  return machine.record.entries.some(
    (each) =>
      each.kind === 'key' &&
      each.key.startsWith(`${key}\\`) &&
      (machine.registry.get(`${each.key}\\${each.name}`) ?? each.data) !== each.data,
  );
}

function undoFile(machine: InstallMachine, path: string, sha256: string): Action[] {
  const kind = machine.kind(path);
  if (kind === null) return [];
  if (kind !== 'file') return [{ do: 'leave', path, why: kind === 'link' ? 'link' : 'not_a_file' }];
  const content = machine.read(path);
  if (content === null || hashOf(content) !== sha256) return [{ do: 'leave', path, why: 'changed' }];
  return [{ do: 'remove', path, sha256 }];
}

function depth(path: string): number {
  return path.split(win32.isAbsolute(path) && !posix.isAbsolute(path) ? win32.sep : posix.sep).length;
}
