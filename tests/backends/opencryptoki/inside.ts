import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { SO_PIN, USER_PIN } from '../pins.ts';
import { provision } from '../provision.ts';

// First process of the namespace: when it ends, the kernel ends everything else in it.

const SOCKET = 'pkcsslotd.socket';
const TOKEN_FILE = '/run/token.json';
const CONTROL_FD = 3;

/** True when the daemon takes a connection and sends the slot table, which is the first thing a client waits for. */
function serves(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(`/run/${SOCKET}`);
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    socket.once('data', () => {
      resolve(true);
      socket.end();
    });
  });
}

/** Starts the slot daemon and resolves when it serves. Rejects when it ends first, or after ten seconds. */
async function startSlotDaemon(): Promise<void> {
  const daemon = spawn('/usr/sbin/pkcsslotd', ['-f'], { stdio: ['ignore', 'ignore', 'inherit'] });
  let failure: Error | undefined;
  daemon.once('error', (error) => {
    failure = error;
  });
  daemon.once('exit', (code, signal) => {
    failure = new Error(`pkcsslotd ended with ${signal ?? code}`);
  });
  const deadline = Date.now() + 10_000;
  // It binds its socket before it listens, so that the file's appearance proves nothing: ask until it answers.
  while (!(await serves())) {
    if (failure) throw failure;
    if (Date.now() > deadline) throw new Error('pkcsslotd does not answer on its socket');
    await setTimeout(5);
  }
}

/** Passes on signals that the outside writes, one name a line; ends the namespace when the outside is gone. */
function obeyOutside(child: ChildProcess): void {
  const control = new Socket({ fd: CONTROL_FD, readable: true, writable: false });
  control.on('error', () => process.exit(1));
  control.on('close', () => process.exit(1));
  createInterface({ input: control }).on('line', (name) => child.kill(name as NodeJS.Signals));
}

const [library, keys, command, ...args] = process.argv.slice(2);
if (library === undefined || keys === undefined || command === undefined)
  throw new Error('usage: inside.ts LIBRARY KEYS COMMAND');

await startSlotDaemon();
const token = await provision(
  { library, label: 'Signet locking', userPin: USER_PIN, soPin: SO_PIN, factorySoPin: '87654321', keys: JSON.parse(keys) },
  {},
);
writeFileSync(TOKEN_FILE, JSON.stringify(token));
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, OPENCRYPTOKI_TOKEN: TOKEN_FILE } });
obeyOutside(child);
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 128)));
