import { posix, win32 } from 'node:path';
import type { Machine } from '../view.ts';
import type { Family } from './ext-places.ts';

/** What is wrong with a manifest, as the variant that says so and what its text needs; null when it is in order. */
export type Fault = { variant: string; params: Readonly<Record<string, string>> } | null;

const NAME = /^\w+(\.\w+)*$/;
const ORIGIN = /^chrome-extension:\/\/[a-p]{32}\/$/;
const ADD_ON = /^(\{[0-9a-f-]{36}\}|[^@\s]*@[^@\s]+)$/i;

/**
 * Checks one native messaging manifest as the browser does when an extension asks for its host: JSON, `name`, `type`, `path`
 * and who is allowed, which Chromium's family calls `allowed_origins` and Firefox's `allowed_extensions`.
 */
export function faultOf(machine: Machine, path: string, host: string, family: Family): Fault {
  const fault = (variant: string, params: Record<string, string> = {}): Fault => ({ variant, params });
  const bytes = machine.read(path, 65_536);
  if (bytes === null) return fault('unreadable');
  const manifest = parsed(bytes);
  if (manifest === null) return fault('malformed');
  const { name, type } = manifest;
  if (typeof name !== 'string' || name !== host || !NAME.test(name)) {
    return fault('wrong_name', { expected: host });
  }
  if (type !== 'stdio') return fault('wrong_type');
  return pathFault(machine, path, manifest.path) ?? allowedFault(manifest, family);
}

function pathFault(machine: Machine, manifest: string, program: unknown): Fault {
  if (typeof program !== 'string' || program === '') return { variant: 'no_program', params: {} };
  const windows = machine.platform === 'win32';
  // Only Windows takes a path that starts from the manifest's own folder.
  if (!windows && !posix.isAbsolute(program)) return { variant: 'relative_path', params: { program } };
  const file = windows ? win32.resolve(win32.dirname(manifest), program) : program;
  if (machine.file(file).kind !== 'file') return { variant: 'program_missing', params: { program } };
  return windows || machine.may(file, 'execute') ? null : { variant: 'not_executable', params: { program } };
}

function allowedFault(manifest: Readonly<Record<string, unknown>>, family: Family): Fault {
  const field = family === 'chromium' ? 'allowed_origins' : 'allowed_extensions';
  const pattern = family === 'chromium' ? ORIGIN : ADD_ON;
  const allowed = manifest[field];
  const sound =
    Array.isArray(allowed) && allowed.length > 0 && allowed.every((one) => typeof one === 'string' && pattern.test(one));
  return sound ? null : { variant: 'nobody_allowed', params: { field } };
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value instanceof Object && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
