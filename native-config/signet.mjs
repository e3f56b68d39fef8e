#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreground } from './setup/foreground.mjs';
import { daemonFlags } from './setup/places.mjs';
import { main, Stop } from './setup/say.mjs';

const program = new URL('../dist/cli/index.js', import.meta.url);

/** The Node.js 24 that comes as the package `node`, wherever npm has put it above this file. */
function runtime() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: said below.
  }
  throw new Stop('noRuntime', { found: process.version });
}

if (!existsSync(program)) {
  await main(() => {
    throw new Stop('notBuilt');
  });
} else {
  const args = process.argv.slice(2);
  const modern = Number(process.versions.node.split('.')[0]) >= 24;
  const flags = args[0] === 'serve' ? daemonFlags : [];
  if (modern && flags.length === 0) await import(program.href);
  else await main(() => foreground(modern ? process.execPath : runtime(), [...flags, fileURLToPath(program), ...args]));
}
