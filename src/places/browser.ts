import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A private file that leads a browser somewhere. */
export interface PrivateDoor {
  /** Resolves with the reason when the browser could not be started; otherwise never. */
  failed: Promise<string>;
  /** Removes the file. */
  close(): void;
}

/** After so long a file leads nowhere any more, in milliseconds. */
const OLD = 2 * 60_000;

/** Whether there is a screen that a browser could open on. */
export function canOpen(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Opens `address` in the person's browser by way of a file in `folder` that only this user can read: what is in an address would
 * be in the process list, and the address opens everything. Throws the system's error when the file cannot be written.
 */
export function openPrivately(address: string, folder: string, env: NodeJS.ProcessEnv): PrivateDoor {
  const file = join(folder, `console-${randomBytes(9).toString('base64url')}.html`);
  sweep(folder);
  writeFileSync(file, doorPage(address), { mode: 0o600, flag: 'wx' });
  const [command, ...args] = opener(pathToFileURL(file).href);
  const failed = new Promise<string>((resolve) => {
    const child = spawn(command, args, { env, stdio: 'ignore', detached: true });
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    child.on('exit', (code) => {
      if (code !== 0 && code !== null) resolve(`${command}: ${code}`);
    });
    child.unref();
  });
  return { failed, close: () => rmSync(file, { force: true }) };
}

/** Removes the files of commands that were killed; a code is good for a minute, so that an older one opens nothing. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!/^console-[\w-]{12}\.html$/.test(name)) continue;
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > OLD) rmSync(file, { force: true });
  }
}

function opener(href: string): [string, ...string[]] {
  if (process.platform === 'darwin') return ['open', href];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', href];
  return ['xdg-open', href];
}

/** `address` is our own and has nothing that HTML would read. */
function doorPage(address: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Signet</title>
<p><a href="${address}">Signet</a></p>
`;
}
