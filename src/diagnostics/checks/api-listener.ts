import type { Machine } from '../view.ts';

/** Who listens on a port of this computer. `own`: as this user; null where it cannot be told. */
export interface Listener {
  pid: number | null;
  program: string | null;
  own: boolean | null;
}

const NOBODY: Listener = { pid: null, program: null, own: null };

/** Who listens on a loopback port, as far as the system shows it to this user; null when nobody is seen to. Reads and lists only. */
export async function listenerOn(machine: Machine, port: number, signal: AbortSignal): Promise<Listener | null> {
  if (machine.platform === 'linux') return onLinux(machine, port);
  if (machine.platform === 'win32') return onWindows(machine, port, signal);
  return onUnix(machine, port, signal);
}

/** proc(5): state 0A is LISTEN; the columns after it include the owner's uid and the socket's inode. */
function onLinux(machine: Machine, port: number): Listener | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of textOf(machine, table).split('\n')) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hex}`) !== true || fields[3] !== '0A') continue;
      const pid = holderOf(machine, fields[9] ?? '');
      const program = pid === null ? null : textOf(machine, `/proc/${pid}/comm`).trim() || null;
      return { pid, program, own: fields[7] === undefined ? null : fields[7] === ownUid(machine) };
    }
  }
  return null;
}

/** The process that has the socket open. Other users' processes do not show their files. */
function holderOf(machine: Machine, inode: string): number | null {
  const wanted = `socket:[${inode}]`;
  for (const pid of machine.folder('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    if (machine.folder(folder).some((fd) => machine.link(`${folder}/${fd}`) === wanted)) return Number(pid);
  }
  return null;
}

function ownUid(machine: Machine): string | undefined {
  return /^Uid:\s+\d+\s+(\d+)/m.exec(textOf(machine, '/proc/self/status'))?.[1];
}

/** lsof(8) with `-F`: one field a line, its letter first. It lists this user's processes only. */
async function onUnix(machine: Machine, port: number, signal: AbortSignal): Promise<Listener | null> {
  const { stdout, code } = await machine.run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], signal);
  if (code !== 0) return null;
  const field = (letter: string): string | null => new RegExp(`^${letter}(.+)$`, 'm').exec(stdout)?.[1] ?? null;
  const pid = field('p');
  return pid === null ? null : { pid: Number(pid), program: field('c'), own: true };
}

/** A listening socket is the one without a far end; its word for LISTENING is in the system's language. */
async function onWindows(machine: Machine, port: number, signal: AbortSignal): Promise<Listener | null> {
  const { stdout } = await machine.run('netstat', ['-ano', '-p', 'TCP'], signal);
  const line = stdout
    .split(/\r?\n/)
    .find((one) => new RegExp(`^\\s*TCP\\s+\\S+:${port}\\s+(0\\.0\\.0\\.0|\\[::\\]):0\\s`).test(one));
  const pid = /(\d+)\s*$/.exec(line ?? '')?.[1];
  if (line === undefined) return null;
  if (pid === undefined) return NOBODY;
  const told = await machine.run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], signal);
  return { pid: Number(pid), program: /^"([^"]+)"/m.exec(told.stdout)?.[1] ?? null, own: null };
}

function textOf(machine: Machine, path: string): string {
  return machine.read(path)?.toString('utf8') ?? '';
}
