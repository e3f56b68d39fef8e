// Prints how many tests run on each backend: node_modules/.bin/node tests/docs/backends.ts
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { root } from './document.ts';

/** What a test file, or a helper in its own folder, says when it uses a backend. The shim forwards to SoftHSM2: such a test counts on both. */
const MARKS: readonly [string, RegExp][] = [
  ['SoftHSM2', /\b(createSoftHsm|provisionPractice|shimmed|installShim|new Rig)\b/],
  ['openCryptoki', /\b(start|run)InOpencryptoki\b/],
  ['virtual card', /\bstartReader\b/],
  ['fault shim', /\b(shimmed|installShim)\b/],
  ['raw loop', /\brunRawLoop\b/],
  ['scripted driver', /\bscripted\w*\b/i],
];

interface Listed {
  name: string;
  file: string;
}

/** The text of a file and of what it imports from its own folder or below. */
function textOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file) || !existsSync(file)) return '';
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const near = [...text.matchAll(/from '(\.\/[^']+\.ts)'/g)].map(([, path = '']) => resolve(dirname(file), path));
  return [text, ...near.map((path) => textOf(path, seen))].join('\n');
}

function listTests(): Listed[] {
  const folder = mkdtempSync(join(tmpdir(), 'signet-count-'));
  const report = join(folder, 'tests.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { status, stderr } = spawnSync(process.execPath, [vitest, 'list', '--staticParse=false', `--json=${report}`], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`vitest could not list the tests: ${stderr}`);
    return JSON.parse(readFileSync(report, 'utf8')) as Listed[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tests = listTests();
const texts = new Map([...new Set(tests.map(({ file }) => file))].map((file) => [file, textOf(file)]));
console.log('| backend | tests | files |\n| --- | --- | --- |');
for (const [backend, mark] of MARKS) {
  const files = [...texts].filter(([, text]) => mark.test(text)).map(([file]) => file);
  console.log(`| ${backend} | ${tests.filter(({ file }) => files.includes(file)).length} | ${files.length} |`);
}
console.log(`| all | ${tests.length} | ${texts.size} |`);
