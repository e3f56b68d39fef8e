import { execFileSync } from 'node:child_process';

/** Whether this machine lets a test mount file systems of its own. */
export const hasNamespaces = works();

/** Runs a shell script in a mount namespace of its own, as its root. Returns what it wrote. */
export function inNamespace(script: string): string {
  return execFileSync('unshare', ['-Urm', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] }).toString();
}

function works(): boolean {
  try {
    inNamespace('mount -t tmpfs tmpfs /mnt');
    return true;
  } catch {
    return false;
  }
}
