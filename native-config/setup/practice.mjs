import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { node24, root } from './places.mjs';
import { Stop, say } from './say.mjs';

/**
 * Prepares the practice token in the state directory that the daemon will use with these arguments.
 * @param {readonly string[]} args the daemon's
 */
export function preparePractice(args) {
  const program = join(root, 'softhsm', 'practice.mjs');
  const { status, stdout, stderr, error } = spawnSync(node24(), [program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Stop('practiceFailed', { output: error?.message ?? stderr.trim() });
  /** @type {{ done: string, setAside?: string, root: string }} */
  const { done, setAside, root: folder } = JSON.parse(stdout);
  if (setAside) say('practiceReplaced', { aside: setAside, root: folder });
  else if (done === 'everything') say('practiceMade', { root: folder });
  else if (done !== 'nothing') say('practiceRenewed', { root: folder });
}
