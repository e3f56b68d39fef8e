import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { daemonFlags as ofSetup } from '../../native-config/setup/places.mjs';
import { daemonFlags } from '../../src/places/index.ts';

it('the daemon’s Node.js takes the options, which are the same from wherever it is started', () => {
  const [flags, plain] = [daemonFlags(), []].map((options) => {
    const script = 'process.stdout.write(String(require("node:v8").getHeapStatistics().heap_size_limit))';
    const { status, stdout, stderr } = spawnSync(process.execPath, [...options, '-e', script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return Number(stdout);
  });
  expect(flags).toBeLessThan(plain ?? 0);
  expect(daemonFlags()).toEqual(ofSetup);
});
