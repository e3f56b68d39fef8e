import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { dependenciesMissing, ensureDependencies } from './dependencies.mjs';
import { modules, node24, root } from './places.mjs';
import { openly } from './run.mjs';
import { main, Stop, say, text } from './say.mjs';
import { runTests } from './suite.mjs';
import { aptCommand, asRoot, family, install, missingPackages, missingPeers } from './system.mjs';

const ci = process.env.CI === 'true';

/** Installs the programs that only tests use, or says which tests go without them. Stops in CI. Returns what is missing all the same. */
function ensurePeers() {
  const missing = missingPeers();
  if (missing.length === 0) return missing;
  if (family() === 'debian' && asRoot()) {
    install(missing);
    return [];
  }
  const named = missing.join(', ');
  if (ci) throw new Stop('peersRequired', { missing: named });
  if (family() === 'debian') say('peersMissing', { missing: named, command: aptCommand(missing) });
  else say('peersUnknown', { missing: named });
  return missing;
}

/**
 * Lint, types and documentation; each prints what it finds.
 * @returns {string[]} those that failed
 */
function staticChecks() {
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const biome = join(modules, '@biomejs', 'biome', 'bin', 'biome');
  const docs = join(root, 'tests', 'docs', 'check.ts');
  /** @type {[string, string[]][]} */
  const checks = [
    ['lint', [biome, 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off']), '.']],
    ['types', [tsc, '--noEmit', '-p', join(root, 'tests', 'tsconfig.json')]],
    ['types of the console', [tsc, '--noEmit', '-p', join(root, 'src', 'console', 'tsconfig.json')]],
    ['types of the browser tests', [tsc, '--noEmit', '-p', join(root, 'tests', 'console', 'tsconfig.json')]],
    ['types of the extension', [tsc, '--noEmit', '-p', join(root, 'src', 'extension', 'tsconfig.json')]],
    ['types of the extension tests', [tsc, '--noEmit', '-p', join(root, 'tests', 'extension', 'tsconfig.json')]],
  ];
  if (existsSync(docs)) checks.push(['docs', [docs]]);
  return checks.filter(([, args]) => !openly(node24(), args, { cwd: root })).map(([name]) => name);
}

/**
 * @param {{ passed: number, failed: number, skipped: number }} count
 * @returns {number} the exit code
 */
function close({ passed, failed, skipped }) {
  if (ci && skipped > 0) console.error(text('skippedInCi'));
  if (passed === 0 && failed === 0) console.error(text('nothingRan'));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 || (ci && skipped > 0) ? 1 : 0;
}

await main(() => {
  try {
    install(missingPackages(dependenciesMissing()));
    const missing = ensurePeers();
    ensureDependencies();
    ensureBuild();
    const broken = staticChecks();
    const count = runTests(process.argv.slice(2), { ...process.env, SIGNET_TEST_MISSING: missing.join(',') });
    for (const check of broken) console.error(text('checkFailed', { check }));
    return close({ ...count, failed: count.failed + broken.length });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    console.log('0 passed, 1 failed, 0 skipped');
    return error.exitCode;
  }
});
