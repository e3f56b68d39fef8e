import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { isPrivate, socketPath } from '../places/index.ts';
import { settled } from './settled.ts';
import { Unreachable } from './unreachable.ts';

export interface RunningOptions {
  launch?: () => Promise<void>;
  patience?: number;
  signal?: AbortSignal | undefined;
}

/** A cold start reads the drivers' libraries from disk; an extension waits two minutes. */
const PATIENCE = 20_000;
const LOOK_EVERY = 25;

/**
 * The socket of the daemon in a runtime folder, once it answers there; it is started where it does not run, and then given time to
 * see what is plugged in. Hosts that come at the same time start one together. Throws Unreachable, or the signal's reason.
 */
export async function requireRunning(folder: string, { launch, patience = PATIENCE, signal }: RunningOptions): Promise<string> {
  const socket = socketPath(folder);
  if (await answers(folder, socket)) return socket;
  const start = launch ?? (async () => (await import('./launch.ts')).launch(folder));
  const deadline = performance.now() + patience;
  const lock = join(folder, 'starting');
  let mine = false;
  try {
    while (performance.now() < deadline) {
      if (!mine) {
        mine = taken(folder, lock, patience);
        // Between the look and the lock another may have had its daemon up.
        if (mine && !(await answers(folder, socket))) await start();
      }
      if (await answers(folder, socket)) {
        await settled(socket, signal);
        return socket;
      }
      await later(LOOK_EVERY, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Unreachable ? error : new Unreachable('absent', error);
  } finally {
    if (mine) rmSync(lock, { force: true });
  }
  throw new Unreachable('absent');
}

/** Whether something listens there that only this user can have put there. */
async function answers(folder: string, socket: string): Promise<boolean> {
  // A pipe is not in the folder that names it.
  if (process.platform !== 'win32') {
    try {
      if (!isPrivate(folder)) throw new Unreachable('unsafe');
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      if ((error as NodeJS.ErrnoException).code === 'EACCES') throw new Unreachable('forbidden', error);
      return false;
    }
  }
  return new Promise((resolve, reject) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES') reject(new Unreachable('forbidden', error));
      else resolve(false);
    });
  });
}

/** True for the one host that is to start the daemon. A lock whose host is no more, or that is older than anybody waits, was left by one that was killed. */
function taken(folder: string, lock: string, patience: number): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    if (Date.now() - statSync(lock).mtimeMs < patience && isAlive(readFileSync(lock, 'utf8'))) return false;
    // Of several that find it old only one can take it away.
    const old = `${lock}.${process.pid}`;
    renameSync(lock, old);
    rmSync(old, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return false;
}

/** False only for a process that is certainly not there; the file is empty for the moment between its making and its writing. */
function isAlive(id: string): boolean {
  if (!/^[1-9]\d*$/.test(id)) return true;
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
