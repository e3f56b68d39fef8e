import { posix, win32 } from 'node:path';
import type { Entry } from './record.ts';

const OURS = /^HK(?:CU|LM)\\Software\\(?:Classes\\afirma(?:\\.+)?|.+\\NativeMessagingHosts\\(?:eu\.webeid|signet))$/;
const AUTHORITY = /^Signet local CA [0-9a-f]{8}$/;

/** Whether a value is an entry of a record in full: what is removed by it must be a whole path, and of the kind that we make. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Readonly<Record<string, unknown>>;
  switch (entry.kind) {
    case 'file':
      return isPath(entry.path) && matches(entry.sha256, /^[0-9a-f]{64}$/);
    case 'folder':
      return isPath(entry.path);
    case 'key':
      return matches(entry.key, OURS) && isText(entry.name) && isText(entry.data);
    case 'default':
      return (
        isPath(entry.path) &&
        isText(entry.type) &&
        isText(entry.desktop) &&
        (entry.former === null || isText(entry.former)) &&
        (entry.inserted === null || isText(entry.inserted)) &&
        typeof entry.madeFile === 'boolean'
      );
    case 'service':
      return matches(entry.manager, /^(?:systemd|launchd|tasks)$/);
    case 'authority':
      return (
        isStore(entry.store) &&
        matches(entry.nickname, AUTHORITY) &&
        matches(entry.sha1, /^[0-9A-F]{40}$/i) &&
        typeof entry.madeDatabase === 'boolean'
      );
    default:
      return false;
  }
}

function isStore(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const store = value as Readonly<Record<string, unknown>>;
  if (store.kind === 'nss') return isPath(store.folder) && isText(store.owner) && typeof store.create === 'boolean';
  return store.kind === 'keychain' ? isPath(store.path) : store.kind === 'windows';
}

/** From the root, and never up again: `..` would lead out of the folder that somebody reads in it. */
function isPath(value: unknown): value is string {
  if (!isText(value) || value.includes('\0') || value.split(/[/\\]/).includes('..')) return false;
  return posix.isAbsolute(value) || win32.isAbsolute(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function matches(value: unknown, form: RegExp): boolean {
  return isText(value) && form.test(value);
}
