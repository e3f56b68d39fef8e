import { posix, win32 } from 'node:path';
import type { Family } from '../../install/index.ts';
import type { Machine } from '../view.ts';

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

/** Ids of the extensions that a manifest lets in, without Chromium's scheme. */
export function allowedBy(machine: Machine, manifest: string): string[] {
  const { allowed_origins: origins, allowed_extensions: addOns } =
    parsed(machine.read(manifest, 65_536) ?? Buffer.alloc(0)) ?? {};
  const named: unknown[] = [origins ?? [], addOns ?? []].flat();
  return named.map((one) => String(one).replace(/^chrome-extension:\/\/([a-p]{32})\/$/, '$1'));
}

/** The program that a manifest names, by its whole path; null when it names none. */
export function programOf(machine: Machine, manifest: string): string | null {
  const program = parsed(machine.read(manifest, 65_536) ?? Buffer.alloc(0))?.path;
  return typeof program === 'string' ? wholePath(machine, manifest, program) : null;
}

/** Only Windows takes a path that starts from the manifest's own folder. */
function wholePath({ platform }: Machine, manifest: string, program: string): string {
  return platform === 'win32' ? win32.resolve(win32.dirname(manifest), program) : program;
}

function pathFault(machine: Machine, manifest: string, program: unknown): Fault {
  if (typeof program !== 'string' || program === '') return { variant: 'no_program', params: {} };
  const windows = machine.platform === 'win32';
  if (!windows && !posix.isAbsolute(program)) return { variant: 'relative_path', params: { program } };
  const file = wholePath(machine, manifest, program);
  if (machine.file(file).kind !== 'file') return { variant: 'program_missing', params: { program } };
  if (!windows && !machine.may(file, 'execute')) return { variant: 'not_executable', params: { program } };
  return scriptFault(machine, file);
}

/** A script of ours names the programs that it starts, which an update or a move of Signet leaves behind. */
function scriptFault(machine: Machine, script: string): Fault {
  if (!/[\\/]signet-host-[\w.]+$/.test(script)) return null;
  const text = machine.read(script, 65_536)?.toString('utf8') ?? '';
  const line = text.split(/\r?\n/).find((each) => / (eu\.webeid|signet) ("\$@"|%\*)$/.test(each)) ?? '';
  const named = [...line.replaceAll("'\\''", '\0').matchAll(/'([^']+)'|"([^"$]+)"/g)].map(([, plain, batch]) =>
    plain === undefined ? (batch ?? '').replaceAll('%%', '%') : plain.replaceAll('\0', "'"),
  );
  const gone = named.find((path) => machine.file(path).kind !== 'file');
  return gone === undefined ? null : { variant: 'script_stale', params: { program: gone } };
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
