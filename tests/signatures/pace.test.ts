import { describe, expect, test } from 'vitest';
import { Pace } from '../../src/signatures/pace.ts';

describe('the pace of a batch', () => {
  test('begins with one signature in one call', () => {
    const pace = new Pace();
    expect([pace.size, pace.together]).toEqual([1, 1]);
  });

  test('takes as many as fit in a fiftieth of a second, and several calls, from a fast key', () => {
    const pace = new Pace();
    pace.served(1, 2);
    expect([pace.size, pace.together]).toEqual([10, 4]);
    pace.served(10, 5);
    expect([pace.size, pace.together]).toEqual([40, 4]);
    pace.served(40, 1);
    expect(pace.size).toBe(64);
  });

  test('never has more than one of a slow card’s signatures before somebody else', () => {
    const pace = new Pace();
    pace.served(1, 500);
    expect([pace.size, pace.together]).toEqual([1, 1]);
  });

  test('is not slowed by a call that waited for others', () => {
    const pace = new Pace();
    pace.served(1, 1);
    pace.served(20, 4_000);
    expect(pace.size).toBe(20);
  });
});
