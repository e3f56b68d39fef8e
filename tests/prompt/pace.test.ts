import { describe, expect, it } from 'vitest';
import type { Asker } from '../../src/prompt/index.ts';
import { Pace } from '../../src/prompt/pace.ts';
import { SITE } from './questions.ts';

function paceAt(): { pace: Pace; pass(milliseconds: number): void; wait(asker?: Asker): number } {
  let now = 1_000_000;
  const pace = new Pace(() => now);
  return {
    pace,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    wait: (asker = SITE) => {
      try {
        pace.require(asker);
        return 0;
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited', facts: { variant: 'prompt' } });
        return (error as { facts: { retryAfter: number } }).facts.retryAfter;
      }
    },
  };
}

describe('a site that is refused', () => {
  it('waits from the third time on, twice as long each time, a quarter of an hour at most', () => {
    const { pace, wait, pass } = paceAt();
    const waits = Array.from({ length: 14 }, () => {
      pace.refused(SITE);
      const seconds = wait();
      pass(seconds * 1_000);
      return seconds;
    });
    expect(waits).toEqual([0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
    expect(wait()).toBe(0);
  });

  it('starts anew when the person answers, or after keeping quiet for long', () => {
    const { pace, wait, pass } = paceAt();
    for (let time = 0; time < 4; time++) pace.refused(SITE);
    expect(wait()).toBe(10);
    pace.served(SITE);
    expect(wait()).toBe(0);
    for (let time = 0; time < 4; time++) pace.refused(SITE);
    pass(10_000 + 15 * 60_000);
    pace.refused(SITE);
    expect(wait()).toBe(0);
  });

  it('holds up neither other sites nor programs', () => {
    const { pace, wait } = paceAt();
    const program: Asker = { kind: 'program', name: 'tool', via: 'program' };
    for (let time = 0; time < 5; time++) {
      pace.refused(SITE);
      pace.refused(program);
    }
    expect([wait(), wait({ ...SITE, name: 'https://other.example' }), wait(program)]).toEqual([20, 0, 0]);
  });

  it('is forgotten only after a thousand others', () => {
    const { pace, wait, pass } = paceAt();
    for (let time = 0; time < 9; time++) pace.refused(SITE);
    for (let other = 0; other < 999; other++) pace.refused({ ...SITE, name: `https://${other}.example` });
    expect(wait()).toBe(320);
    pace.refused({ ...SITE, name: 'https://last.example' });
    // What holds all of them up together is over after a minute.
    pass(60_000);
    expect(wait()).toBe(0);
  });
});

describe('many sites that are refused one after another', () => {
  it('wait together for the rest of a minute, since a page can have any number of names', () => {
    let now = 1_000_000;
    const pace = new Pace(() => now);
    const site = (at: number) => ({ kind: 'site', name: `https://a${at}.evil.example`, via: 'extension' }) as const;
    for (let at = 0; at < 8; at += 1) {
      pace.require(site(at));
      pace.refused(site(at));
      now += 1_000;
    }
    expect(() => pace.require(site(99))).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    pace.require({ kind: 'program', name: 'invoices', via: 'program' });
    now += 53_000;
    pace.require(site(99));
  });

  it('do not when they come far apart', () => {
    let now = 1_000_000;
    const pace = new Pace(() => now);
    for (let at = 0; at < 30; at += 1) {
      const site = { kind: 'site', name: `https://b${at}.example`, via: 'extension' } as const;
      pace.require(site);
      pace.refused(site);
      now += 9_000;
    }
  });
});
