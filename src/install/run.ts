import { execFile } from 'node:child_process';
import type { Run } from './stores.ts';

/** Longest that a program may take, in milliseconds: a person may have to agree in a window of the system's. */
const PATIENCE = 60_000;

/** Runs programs of this machine, without a terminal to ask on. Never rejects. */
export function runner(env: NodeJS.ProcessEnv): Run {
  return ([program, ...args]) =>
    new Promise((resolve) => {
      const options = { env: { ...env, LC_ALL: 'C.UTF-8' }, timeout: PATIENCE, windowsHide: true, maxBuffer: 1024 * 1024 };
      const child = execFile(program, args, options, (error, output, said) => {
        const told = said === '' && error !== null && child.exitCode === null ? error.message : said;
        resolve({ code: child.exitCode, output, said: told });
      });
      child.stdin?.end();
    });
}
