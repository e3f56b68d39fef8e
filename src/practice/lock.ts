import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const WAIT_MS = 60_000;

/**
 * Runs `work` while no other process does so for the same state directory, and returns its answer.
 * Waits up to a minute for the other to end, then throws. The lock is the operating system's, taken through SQLite, so a
 * killed process leaves none behind.
 */
export async function withPracticeLock<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  const path = join(stateDir, 'practice.lock');
  closeSync(openSync(path, 'a', 0o600));
  const { DatabaseSync } = await import('node:sqlite');
  const lock = new DatabaseSync(path);
  try {
    await acquire(() => lock.exec('BEGIN EXCLUSIVE'));
    return await work();
  } finally {
    lock.close();
  }
}

// SQLite's own busy time-out would block the event loop, and with it a second caller in this same process for ever.
async function acquire(attempt: () => void): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Error && /locked|busy/i.test(error.message))) throw error;
      if (performance.now() > deadline)
        throw new Error('another process has been preparing the practice token for over a minute', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
