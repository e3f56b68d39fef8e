import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliFailure, systemReason } from './failure.ts';

/** A private file that leads a browser somewhere. */
export interface Door {
  /** Rejects with `console_no_browser` when the browser could not be started; never resolves. */
  failed: Promise<never>;
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
 * Opens `address` in the person's browser by way of a file that only this user can read: what is in an address would be in the
 * process list, and the address opens everything. The file is removed when the process ends, at the latest.
 */
export function openDoor(address: string, folder: string, env: NodeJS.ProcessEnv): Door {
  const file = join(folder, `console-${randomBytes(9).toString('base64url')}.html`);
  try {
    sweep(folder);
    writeFileSync(file, doorPage(address), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CliFailure('console_no_browser', 3, { reason: systemReason(error) }, error);
  }
  const close = (): void => rmSync(file, { force: true });
  const interrupted = (): void => {
    close();
    process.exit(130);
  };
  process.once('exit', close).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const [command, ...args] = opener(pathToFileURL(file).href);
  const failed = new Promise<never>((_resolve, reject) => {
    const fail = (reason: string): void => reject(new CliFailure('console_no_browser', 3, { reason }));
    const child = spawn(command, args, { env, stdio: 'ignore', detached: true });
    child.on('error', (error) => fail(systemReason(error)));
    child.on('exit', (code) => {
      if (code !== 0 && code !== null) fail(`${command}: ${code}`);
    });
    child.unref();
  });
  // Looked at only while somebody waits for it.
  failed.catch(() => undefined);
  return {
    failed,
    close: () => {
      close();
      process.off('exit', close).off('SIGINT', interrupted).off('SIGTERM', interrupted);
    },
  };
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
