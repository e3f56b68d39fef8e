import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const SIGKILL = 9;

/**
 * Asks the kernel for two things (prctl(2), Linux only). It ends this host when the daemon dies, even while a library call
 * hangs: a logged-in token must not outlive the program that guards it. And it writes no core dump, and lets no other process
 * of this user read this memory, since a PIN passes through it. Elsewhere the end of the lane is noticed between two calls.
 */
export function askKernel(daemon: number): void {
  if (process.platform !== 'linux') return;
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const prctl = koffi.load(null).func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // The daemon may have died before the first request was heard; in a container it may also be process 1.
  if (process.ppid !== daemon) process.exit(0);
}
