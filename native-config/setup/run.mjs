import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs a command to its end, quietly. Its output goes to a file, not a pipe: a service that a package starts keeps a pipe open for ever.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {{ ok: boolean, output: string }} `output` is both streams, without the white space around it
 */
export function quietly(command, args, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-setup-'));
  const file = join(folder, 'output');
  const sink = openSync(file, 'w', 0o600);
  try {
    const { status, error } = spawnSync(command, args, { ...options, stdio: ['ignore', sink, sink] });
    const output = readFileSync(file, 'utf8').trim();
    return { ok: status === 0, output: error ? `${output}\n${error.message}`.trim() : output };
  } finally {
    closeSync(sink);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command to its end on this terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {boolean} whether it ended with 0
 */
export function openly(command, args, options = {}) {
  return spawnSync(command, args, { ...options, stdio: 'inherit' }).status === 0;
}

/**
 * Whether a command is to be found in PATH.
 * @param {string} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean}
 */
export function has(command, env = process.env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      const path = join(folder, command);
      accessSync(path, constants.X_OK);
      return folder !== '' && statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/**
 * What a person needs of a failed command's output: npm says why in its first lines, apt and compilers in their last.
 * @param {string} output
 * @returns {string} at most 30 lines
 */
export function excerpt(output) {
  const lines = output.split('\n');
  return (lines.length > 30 ? [...lines.slice(0, 12), '…', ...lines.slice(-17)] : lines).join('\n');
}

/**
 * Whether a script is what Node.js was started with, and not imported by another.
 * @param {string} url the script's `import.meta.url`
 * @returns {boolean}
 */
export function isProgram(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}
