import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildExtension } from './extension-build.mjs';
import { modules, node24, root } from './places.mjs';
import { excerpt, isProgram, quietly } from './run.mjs';
import { main, Stop, say } from './say.mjs';

const source = join(root, 'src');
const target = join(root, 'dist');
const stampFile = join(target, '.signet-build');
/** The page's own sources: Vite builds them, and only when one of them has changed. */
const page = join(source, 'console');
/** The extension's parts have a build of their own as well; only its ids are read by the daemon's code. */
const extension = join(source, 'extension');
const pageStamp = join(target, 'console', '.signet-build');

/**
 * Every file below a folder, absolute, in a stable order.
 * @param {string} folder
 * @returns {string[]}
 */
function files(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
}

/**
 * A digest that changes with any source's name, size or time, and so also when one is removed.
 * @param {readonly string[]} sources
 */
function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const file of [...sources, join(root, 'tsconfig.json'), join(root, 'package.json')]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * Compiles src/ to dist/ when a source has changed since the last build; a failed build leaves the old dist/ as it was.
 * @param {{ quiet?: boolean }} [options] quiet: no line before it starts
 */
export function ensureBuild({ quiet = false } = {}) {
  const print = fingerprint(files(source));
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === print) return;
  if (!quiet) say('building');
  const draft = join(modules, `.signet-build-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  try {
    const compiler = join(modules, 'typescript', 'bin', 'tsc');
    const { ok, output } = quietly(node24(), [compiler, '-p', join(root, 'tsconfig.json'), '--outDir', draft], { cwd: root });
    if (!ok) throw new Stop('buildFailed', { output: excerpt(output) }, 1);
    buildExtension(draft);
    copyData(draft);
    checkProcedures(draft);
    buildPage(join(draft, 'console'));
    writeFileSync(join(draft, '.signet-build'), print);
    replace(draft);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Catalogues, pages and the like stand beside the code that reads them.
 * @param {string} draft
 */
function copyData(draft) {
  for (const file of files(source)) {
    if (/\.[cm]?tsx?$/.test(file) || isOfPage(file)) continue;
    const copy = join(draft, file.slice(source.length));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(file, copy);
  }
}

/** Prints each refusal of a folder's procedures and ends with 1 when there is one; run by the Node that runs the daemon. */
const CHECK = `
const { loadProcedures, reasonOf } = await import(process.argv[1]);
for (const refusal of loadProcedures({ folders: [] }).refusals) {
  console.log(refusal.file + ':' + (refusal.line ?? 1) + ': ' + reasonOf(refusal, 'en'));
  process.exitCode = 1;
}`;

/**
 * A procedure that the daemon would refuse is not shipped.
 * @param {string} draft
 */
function checkProcedures(draft) {
  if (!existsSync(join(source, 'procedures'))) return;
  const door = pathToFileURL(join(draft, 'procedures', 'index.js')).href;
  const { ok, output } = quietly(node24(), ['--no-warnings', '--input-type=module', '-e', CHECK, door], { cwd: root });
  if (!ok) throw new Stop('buildFailed', { output: excerpt(output) }, 1);
}

/** @param {string} file */
function isOfPage(file) {
  if (file.startsWith(extension + sep)) return !file.endsWith('ids.json');
  return file.startsWith(page + sep) || file.startsWith(join(source, 'client', 'web') + sep);
}

/**
 * Builds the console's page, or takes it over from the last build when nothing of it has changed.
 * @param {string} folder
 */
function buildPage(folder) {
  if (!existsSync(page)) return;
  const print = fingerprint([...files(page), ...files(join(source, 'messages')).filter((file) => file.endsWith('.json'))]);
  if (existsSync(pageStamp) && readFileSync(pageStamp, 'utf8') === print) {
    cpSync(dirname(pageStamp), folder, { recursive: true, preserveTimestamps: true });
    return;
  }
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  const config = join(page, 'vite.config.ts');
  const { ok, output } = quietly(
    node24(),
    [
      vite,
      'build',
      page,
      '--config',
      config,
      '--configLoader',
      'native',
      '--outDir',
      folder,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    { cwd: root },
  );
  if (!ok) throw new Stop('buildFailed', { output: excerpt(output) }, 1);
  writeFileSync(join(folder, '.signet-build'), print);
}

/** @param {string} draft */
function replace(draft) {
  rmSync(target, { recursive: true, force: true });
  try {
    renameSync(draft, target);
  } catch {
    // node_modules may lie on another file system.
    cpSync(draft, target, { recursive: true, preserveTimestamps: true });
  }
}

if (isProgram(import.meta.url)) {
  await main(() => {
    ensureBuild({ quiet: true });
    return 0;
  });
}
