import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

/** `npm run chaos`: the tests that kill and interleave at random, with thousands of rounds instead of the hundred of every run. */
const ROUNDS = process.env.SIGNET_CHAOS ?? '3000';
const vitest = createRequire(import.meta.url).resolve('vitest/vitest.mjs');
const files = ['tests/e2e/kill.test.ts', 'tests/tokens/guard.property.test.ts', ...process.argv.slice(2)];

const child = spawn(process.execPath, [vitest, 'run', '--testTimeout=10800000', ...files], {
  stdio: 'inherit',
  env: { ...process.env, SIGNET_CHAOS: ROUNDS },
});
child.on('exit', (code) => process.exit(code ?? 1));
