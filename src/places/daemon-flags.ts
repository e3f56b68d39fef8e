import { readFileSync } from 'node:fs';

const FILE = new URL('../../native-config/daemon.json', import.meta.url);

/**
 * Options of Node.js that the daemon is started with, wherever it is started from. They keep V8 from letting young garbage grow to
 * a hundred megabytes under load before any is collected.
 */
export function daemonFlags(): string[] {
  return (JSON.parse(readFileSync(FILE, 'utf8')) as { flags: string[] }).flags;
}
