import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/drivers/backoff.ts';

const MINUTE = 60_000;

describe('back-off', () => {
  it('grows while hosts end before they answered anything, up to half a minute, and gives up hope after three', () => {
    const backoff = new Backoff();
    const delays: number[] = [];
    const hope: boolean[] = [];
    for (let start = 0; start < 9; start += 1) {
      delays.push(backoff.next(start));
      hope.push(backoff.hopeless);
    }
    expect(delays).toEqual([0, 100, 500, 2_000, 5_000, 15_000, 30_000, 30_000, 30_000]);
    expect(hope.slice(0, 4)).toEqual([false, false, true, true]);
  });

  it('grows for hosts that load and then crash before an answer', () => {
    const backoff = new Backoff();
    for (let start = 0; start < 5; start += 1) {
      backoff.ready(start);
      backoff.next(start + 1);
    }
    expect(backoff.next(10)).toBe(15_000);
    expect(backoff.hopeless).toBe(true);
  });

  it('stays short for hosts that answered calls, and has hope', () => {
    const backoff = new Backoff();
    const delays: number[] = [];
    for (let start = 0; start < 20; start += 1) {
      backoff.ready(start);
      backoff.served();
      delays.push(backoff.next(start + 1));
    }
    expect(Math.max(...delays)).toBe(500);
    expect(backoff.hopeless).toBe(false);
  });

  it('begins anew after a host that lived a minute, once', () => {
    const backoff = new Backoff();
    for (let start = 0; start < 5; start += 1) backoff.next(start);
    backoff.ready(0);
    backoff.served();
    expect(backoff.next(MINUTE + 1)).toBe(0);
    // That sound life is over: hosts that never come up afterwards must not be started in a tight loop.
    expect(backoff.next(10 * MINUTE)).toBe(100);
    expect(backoff.next(20 * MINUTE)).toBe(500);
  });
});
