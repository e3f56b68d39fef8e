import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { root } from './places.mjs';
import { main } from './say.mjs';

// Builds everything that is not built yet and names the packages of the browser extension.
await main(() => {
  ensureBuild({ quiet: true });
  const folder = join(root, 'dist', 'extension');
  for (const name of readdirSync(folder).filter((each) => /\.(zip|xpi)$/.test(each))) console.log(join(folder, name));
  return 0;
});
