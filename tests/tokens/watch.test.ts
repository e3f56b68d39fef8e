import { expect, test } from 'vitest';
import { DriverFailure } from '../../src/drivers/index.ts';
import { StoreFailure } from '../../src/store/index.ts';
import { Watch } from '../../src/tokens/watch.ts';
import { ScriptedDriver } from './scripted-driver.ts';

const NEVER = 2 ** 30;

test('looks never overlap, and one that is under way counts', async () => {
  let running = 0;
  let most = 0;
  let looks = 0;
  const watch = new Watch(new ScriptedDriver(null), NEVER, async () => {
    looks += 1;
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  await Promise.all([watch.now(), watch.now(), watch.now()]);
  await watch.now();
  expect([looks, most]).toEqual([2, 1]);
  watch.stop();
});

test.each([
  ['a driver that fails', new DriverFailure('driver_crashed', 'x', 'gone', true)],
  ['a disk that fails', new StoreFailure('full', 'x', 'full')],
])('%s is looked at again', async (_name, failure) => {
  let looks = 0;
  const seen = new Promise<void>((resolve) => {
    const watch = new Watch(new ScriptedDriver(null), 1, async () => {
      looks += 1;
      if (looks === 3) {
        watch.stop();
        resolve();
      }
      throw failure;
    });
    watch.start();
  });
  await seen;
  expect(looks).toBe(3);
});

test('a mistake of ours is not swallowed', async () => {
  const watch = new Watch(new ScriptedDriver(null), NEVER, () => Promise.reject(new TypeError('ours')));
  await expect(watch.now()).rejects.toThrow('ours');
  watch.stop();
});

test('soon means after the look under way, and not at all once stopped', async () => {
  let looks = 0;
  const watch = new Watch(new ScriptedDriver(null), NEVER, async () => {
    looks += 1;
  });
  const first = watch.now();
  watch.soon();
  await first;
  await watch.now();
  expect(looks).toBe(2);
  watch.stop();
  watch.soon();
  await Promise.resolve();
  expect(looks).toBe(2);
});
