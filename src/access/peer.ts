import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The two ends of a TCP connection over IPv4, as the side that accepted it sees them. */
export type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>;

/** The kernel's connections: a program that uses an IPv6 socket for an IPv4 address is in the second. */
const TABLES = [
  ['/proc/net/tcp', ''],
  ['/proc/net/tcp6', endianness() === 'LE' ? '0000000000000000FFFF0000' : '00000000000000000000FFFF'],
] as const;

/**
 * Whether the program at the other end runs as this user, as Linux tells of each connection of this machine (proc_pid_net(5)). Only
 * where that cannot be told at all (another system, no /proc) is everybody taken for this user; a connection that is not in the
 * list any more is nobody's.
 */
export function isOwnUser(ends: Ends, read: (path: string) => string = (path) => readFileSync(path, 'latin1')): boolean {
  const own = process.getuid?.();
  if (own === undefined) return true;
  let known = false;
  for (const [table, prefix] of TABLES) {
    try {
      const uid = userOf(
        read(table),
        `${prefix}${end(ends.remoteAddress, ends.remotePort)}`,
        `${prefix}${end(ends.localAddress, ends.localPort)}`,
      );
      known = true;
      if (uid !== null) return uid === own;
    } catch {
      // There is no such table here; the other may tell.
    }
  }
  return !known;
}

/** The user id of the connection from `from` to `to` in a table of the kernel's; null when it is not there. */
function userOf(table: string, from: string, to: string): number | null {
  for (const line of table.split('\n')) {
    const [, local, remote, , , , , uid] = line.trim().split(/\s+/);
    if (local === from && remote === to) return Number(uid);
  }
  return null;
}

/** `127.0.0.1` and 9711 as `0100007F:25EF`: the address in the machine's own byte order. */
function end(address: string | undefined, port: number | undefined): string {
  const bytes = (address ?? '')
    .replace(/^::ffff:/, '')
    .split('.')
    .map((byte) => hex(Number(byte), 2));
  return `${(endianness() === 'LE' ? bytes.reverse() : bytes).join('')}:${hex(port ?? 0, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
