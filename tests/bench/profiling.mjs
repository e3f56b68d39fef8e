import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

// Loaded before the daemon: its driver hosts get the options that the daemon's environment must not hand on to them.
const directory = process.env.BENCH_PROFILES;
const { spawn } = childProcess;

/** @type {any} */
const replaced = (
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  /** @type {import('node:child_process').SpawnOptions} */ options,
) =>
  spawn(
    command,
    command === process.execPath && directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}/host`, ...args] : args,
    options,
  );
childProcess.spawn = replaced;
syncBuiltinESMExports();
