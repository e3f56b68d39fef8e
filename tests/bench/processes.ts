import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process as `ps` shows it; `rss` in MiB. */
export interface ProcessFacts {
  pid: number;
  parent: number;
  rss: number;
}

/** Every process, read now. Throws when `ps` is missing (Debian: procps). */
export function processes(): ProcessFacts[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid = 0, parent = 0, rss = 0] = line.trim().split(/\s+/).map(Number);
    return { pid, parent, rss: rss / 1024 };
  });
}

/** Resident memory of a daemon, of its one driver host, and of both together, in MiB. Throws unless there is exactly one host. */
export function memoryOf(daemon: number): { daemon: number; host: number; together: number } {
  const all = processes();
  const own = all.find(({ pid }) => pid === daemon);
  const [host, ...more] = all.filter(({ parent }) => parent === daemon);
  if (own === undefined || host === undefined || more.length > 0) throw new Error('not one daemon with one driver host');
  return { daemon: own.rss, host: host.rss, together: residentTogether(own.pid, host.pid) ?? own.rss + host.rss };
}

/**
 * Resident memory of two processes together, in MiB: pages that both map (Node's own code, the C library) are resident once and
 * counted once. Null where the kernel does not tell (`/proc/PID/smaps_rollup` is Linux only).
 */
export function residentTogether(first: number, second: number): number | null {
  const [one, other] = [pagesOf(first), pagesOf(second)];
  if (one === null || other === null) return null;
  return (one.own + other.own + Math.max(one.shared, other.shared)) / 1024;
}

/** KiB of a process that only it has, and that it shares with others. */
function pagesOf(pid: number): { own: number; shared: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    return { own: of('Private_Clean') + of('Private_Dirty'), shared: of('Shared_Clean') + of('Shared_Dirty') };
  } catch {
    return null;
  }
}
