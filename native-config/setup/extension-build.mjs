import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modules, node24, root } from './places.mjs';
import { excerpt, quietly } from './run.mjs';
import { Stop } from './say.mjs';

/** What the packages and the pages' module are made of; the popup shows the console's own parts. */
const SOURCES = ['src/extension', 'src/client/web', 'src/console', 'src/messages', 'src/host/overview.ts'];
const STAMP = '.signet-build';
/** What this makes below dist/. */
const MADE = ['extension', join('client', 'web')];

/**
 * @param {string} path
 * @returns {string[]}
 */
function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

function fingerprint() {
  const hash = createHash('sha256');
  const sources = SOURCES.map((path) => join(root, path)).filter((path) => existsSync(path));
  for (const file of [
    ...sources.flatMap(files),
    join(root, 'package.json'),
    join(import.meta.dirname, 'extension-bundles.mjs'),
  ]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * Builds the extension (both packages, and the folders they are made of) and the module for pages into a draft of dist/, or takes
 * them over from the last build when nothing of them has changed.
 * @param {string} draft
 */
export function buildExtension(draft) {
  if (!existsSync(join(root, 'src', 'extension'))) return;
  const print = fingerprint();
  const last = join(root, 'dist');
  const stamp = join(last, 'extension', STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print && MADE.every((name) => existsSync(join(last, name)))) {
    for (const name of MADE) cpSync(join(last, name), join(draft, name), { recursive: true, preserveTimestamps: true });
    return;
  }
  for (const name of MADE) rmSync(join(draft, name), { recursive: true, force: true });
  const { ok, output } = quietly(node24(), ['--no-warnings', join(import.meta.dirname, 'extension-bundles.mjs'), draft], {
    cwd: root,
  });
  if (!ok) throw new Stop('buildFailed', { output: excerpt(output) }, 1);
  const declarations = [join(modules, 'typescript', 'bin', 'tsc'), '-p', join(root, 'src', 'client', 'web', 'tsconfig.json')];
  const types = quietly(node24(), [...declarations, '--outDir', join(draft, 'client', 'web')], { cwd: root });
  if (!types.ok) throw new Stop('buildFailed', { output: excerpt(types.output) }, 1);
  writeFileSync(join(draft, 'extension', STAMP), print);
}
