import { join } from 'node:path';
import { foreground } from './foreground.mjs';
import { daemonFlags, node24, root } from './places.mjs';
import { preparePractice } from './practice.mjs';
import { prepare } from './prepare.mjs';
import { main } from './say.mjs';

await main(() => {
  const args = process.argv.slice(2);
  prepare();
  preparePractice(args);
  return foreground(node24(), [...daemonFlags, join(root, 'dist', 'cli', 'index.js'), 'serve', '--practice', ...args]);
});
