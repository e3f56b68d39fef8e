import { spawn } from 'node:child_process';

const GRACE_MS = { terminal: 3000, alone: 1000 };

/**
 * Runs a program on this terminal as if it were this process: same streams, same end.
 * A terminal sends Ctrl-C to both of us, so it is handed on only if the program has not ended some seconds later; other signals at once.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} its exit code; when a signal ended it, this process ends by the same signal
 */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    /** @type {NodeJS.Timeout | undefined} */
    let pending;
    /** @type {Set<NodeJS.Signals>} */
    const handedOn = new Set();
    /** @param {NodeJS.Signals} signal */
    const handOn = (signal) => {
      if (handedOn.has(signal)) return;
      handedOn.add(signal);
      child.kill(signal);
    };
    const interrupt = () => {
      pending ??= setTimeout(() => handOn('SIGINT'), onTerminal ? GRACE_MS.terminal : GRACE_MS.alone);
    };
    const terminate = () => handOn('SIGTERM');
    const hangUp = () => handOn('SIGHUP');
    process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(pending);
      process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp);
      if (signal) process.kill(process.pid, signal);
      resolve(code ?? 1);
    });
  });
}
