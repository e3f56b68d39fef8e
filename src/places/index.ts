import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';

export { canOpen, openPrivately, type PrivateDoor } from './browser.ts';
export { daemonFlags } from './daemon-flags.ts';

const NAME = 'signet';

/** What the rules look at; the running process when left out. */
export interface Surroundings {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  home?: string;
}

/** Where the daemon keeps what must outlive it: SIGNET_STATE_DIR, else the platform's folder for it (XDG base directories on Linux). */
export function stateDir(around: Surroundings = {}): string {
  return (around.env ?? process.env).SIGNET_STATE_DIR || usualStateDir(around);
}

/**
 * Where socket and token file of the running daemon lie: SIGNET_RUNTIME_DIR, `$XDG_RUNTIME_DIR/signet`, else `run` in the
 * usual state folder, which is inside the person's home and so never shared as the temporary folder is.
 */
export function runtimeDir(around: Surroundings = {}): string {
  const env = around.env ?? process.env;
  if (env.SIGNET_RUNTIME_DIR) return env.SIGNET_RUNTIME_DIR;
  if (!ownFolders(around) && env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, NAME);
  return join(usualStateDir(around), 'run');
}

/** The configuration file: SIGNET_CONFIG, `$XDG_CONFIG_HOME/signet/config.toml`, else in the platform's folder. */
export function configFile(around: Surroundings = {}): string {
  const env = around.env ?? process.env;
  if (env.SIGNET_CONFIG) return env.SIGNET_CONFIG;
  if (ownFolders(around)) return join(envPaths(NAME, { suffix: '' }).config, 'config.toml');
  return join(env.XDG_CONFIG_HOME || join(around.home ?? homedir(), '.config'), NAME, 'config.toml');
}

/** The daemon's socket in a runtime folder; on Windows the named pipe that belongs to the folder. */
export function socketPath(runtime: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return join(runtime, 'signet.sock');
  // Pipes have one flat name space for all users and folders.
  return `\\\\.\\pipe\\signet-${createHash('sha256').update(runtime.toLowerCase()).digest('hex').slice(0, 24)}`;
}

/** The file with the bearer token of the running daemon. */
export function tokenFile(runtime: string): string {
  return join(runtime, 'token');
}

/**
 * Whether nobody but this user (or root) can put a socket of their own into a folder that exists. True on Windows, where the
 * profile's access list says so. Throws as stat does.
 */
export function isPrivate(folder: string): boolean {
  if (process.getuid === undefined) return true;
  const { uid, mode } = statSync(folder);
  return (uid === process.getuid() || uid === 0) && (mode & 0o022) === 0;
}

function usualStateDir(around: Surroundings): string {
  if (ownFolders(around)) return envPaths(NAME, { suffix: '' }).data;
  const env = around.env ?? process.env;
  return join(env.XDG_STATE_HOME || join(around.home ?? homedir(), '.local', 'state'), NAME);
}

function ownFolders({ platform = process.platform }: Surroundings): boolean {
  return platform === 'darwin' || platform === 'win32';
}
