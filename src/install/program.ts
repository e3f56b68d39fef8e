import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How Signet is started on this machine: absolute paths, and the settings that it would not find by itself. */
export interface Program {
  /** The Node.js that runs it. */
  node: string;
  /** The command line's script. */
  cli: string;
  /** The native messaging host's script. */
  host: string;
  /** `SIGNET_*` variables of the shell that installs, which neither a browser nor a service would have. */
  settings: Readonly<Record<string, string>>;
}

const KEPT = ['SIGNET_CONFIG', 'SIGNET_STATE_DIR', 'SIGNET_RUNTIME_DIR'];

/** The Signet that runs now. */
export function thisProgram(env: Readonly<Record<string, string | undefined>>): Program {
  const script = (room: string): string => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    return fileURLToPath(new URL(`../${room}.${extension}`, import.meta.url));
  };
  const settings = KEPT.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, resolve(value)]];
  });
  return { node: process.execPath, cli: script('cli/index'), host: script('host/main'), settings: Object.fromEntries(settings) };
}
