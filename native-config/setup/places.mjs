import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root, absolute. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const modules = join(root, 'node_modules');

/** Options of the daemon's Node.js; src/places/daemon-flags.ts says why. @type {string[]} */
export const daemonFlags = JSON.parse(readFileSync(join(root, 'native-config', 'daemon.json'), 'utf8')).flags;

/**
 * The Node.js 24 that the dependencies bring. Its file, not `.bin/node`: on Windows that is a script.
 * @returns {string}
 */
export function node24() {
  return join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * The SoftHSM2 library: SOFTHSM2_LIBRARY, else the first of softhsm/libraries.json that exists.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function softHsm(env = process.env) {
  if (env.SOFTHSM2_LIBRARY) return env.SOFTHSM2_LIBRARY;
  /** @type {string[]} */
  const known = JSON.parse(readFileSync(join(root, 'softhsm', 'libraries.json'), 'utf8'));
  return known.find((path) => existsSync(path));
}
