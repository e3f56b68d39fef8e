import { expect, test } from 'vitest';
import { Cooldown } from '../../src/tokens/cooldown.ts';

test('two wrong in a row make a caller wait, longer each time, up to five minutes', () => {
  let now = 0;
  const cooldown = new Cooldown(() => now);
  cooldown.wrong('a');
  expect(cooldown.wait('a')).toBe(0);
  const waits: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    cooldown.wrong('a');
    waits.push(cooldown.wait('a'));
    now += 1_000_000;
  }
  expect(waits).toEqual([3, 6, 12, 24, 48, 96, 192, 300, 300]);
});

test('the wait runs out, is each caller’s own, and a right PIN ends it', () => {
  let now = 0;
  const cooldown = new Cooldown(() => now);
  cooldown.wrong('a');
  cooldown.wrong('a');
  expect(cooldown.wait('b')).toBe(0);
  now = 2_001;
  expect(cooldown.wait('a')).toBe(1);
  now = 3_000;
  expect(cooldown.wait('a')).toBe(0);
  cooldown.right('a');
  cooldown.wrong('a');
  expect(cooldown.wait('a')).toBe(0);
});
