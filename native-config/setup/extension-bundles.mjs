// Run by the Node.js that the dependencies bring: node extension-bundles.mjs <draft of dist/>
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { zipSync } from 'fflate';
import { build } from 'vite';
import { localesOf, manifestFor } from '../../src/extension/manifest.ts';
import { root } from './places.mjs';

const draft = resolve(process.argv[2] ?? '');
const source = join(root, 'src', 'extension');
const target = join(draft, 'extension');
const parts = join(target, 'parts');
/** Of each file in a package, so that the same sources make the same bytes. */
const MTIME = new Date('2020-01-01T00:00:00');

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whoever wants to know what runs in their browser can read it: nothing is made smaller. */
const common = {
  configFile: /** @type {const} */ (false),
  publicDir: /** @type {const} */ (false),
  logLevel: /** @type {const} */ ('warn'),
};
const plain = {
  target: 'es2022',
  minify: false,
  emptyOutDir: false,
  reportCompressedSize: false,
  modulePreload: { polyfill: false },
};

/**
 * One script from one entry.
 * @param {string} entry
 * @param {string} outDir
 * @param {string} name
 * @param {'es' | 'iife'} format
 */
async function script(entry, outDir, name, format) {
  await build({
    ...common,
    root,
    build: {
      ...plain,
      outDir,
      lib: { entry, formats: [format], name: 'signetExtension', fileName: () => `${name}.js` },
    },
  });
}

async function popup() {
  await build({
    ...common,
    root: source,
    base: '/',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { ...plain, outDir: parts, assetsInlineLimit: 0, rolldownOptions: { input: join(source, 'popup', 'index.html') } },
  });
}

/** @param {string} folder */
function everyFile(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** @param {'chromium' | 'firefox'} browser */
function pack(browser) {
  const folder = join(target, browser);
  cpSync(parts, folder, { recursive: true });
  const { version } = json(join(root, 'package.json'));
  const key = readFileSync(join(source, 'key.txt'), 'utf8').trim();
  const manifest = manifestFor(browser, { version, key, geckoId: json(join(source, 'ids.json')).firefox });
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const entries = everyFile(folder).map((file) => [file.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(file)]);
  const archive = zipSync(Object.fromEntries(entries), { mtime: MTIME });
  writeFileSync(join(target, browser === 'chromium' ? 'signet-chromium.zip' : 'signet-firefox.xpi'), archive);
}

mkdirSync(parts, { recursive: true });
await script(join(root, 'src', 'client', 'web', 'index.ts'), join(draft, 'client', 'web'), 'index', 'es');
await script(join(source, 'background', 'index.ts'), parts, 'background', 'iife');
await script(join(source, 'content', 'index.ts'), parts, 'content', 'iife');
await popup();
cpSync(join(source, 'icons'), join(parts, 'icons'), { recursive: true });
const english = json(join(root, 'src', 'messages', 'en', 'extension.json'));
for (const language of ['en', 'fr', 'es']) {
  const folder = join(parts, '_locales', language);
  mkdirSync(folder, { recursive: true });
  const texts = localesOf(json(join(root, 'src', 'messages', language, 'extension.json')), english);
  writeFileSync(join(folder, 'messages.json'), `${JSON.stringify(texts, null, 2)}\n`);
}
pack('chromium');
pack('firefox');
rmSync(parts, { recursive: true });
