import { describe, expect, test } from 'vitest';
import { conservativeQuirks, type DriverProfile, type Quirks } from '../../src/drivers/index.ts';
import type { LedgerCount } from '../../src/store/index.ts';
import { FLAG, mayBlock, type PinStatus, pinStatus, tryLimit, warningFlags } from '../../src/tokens/status.ts';

const READY = FLAG.initialised | FLAG.userPinInitialised;
const NONE: LedgerCount = {
  rejected: 0,
  indeterminate: 0,
  proven: false,
  locked: false,
  doubted: false,
  atMost: null,
  lastFlags: null,
};

function profile(quirks: Partial<Quirks> = {}, user: number | null = null): DriverProfile {
  return {
    id: 'x',
    vendor: null,
    name: 'x',
    tryLimit: user === null ? null : { user },
    quirks: { ...conservativeQuirks, ...quirks },
  };
}

function status(
  flags: number,
  count: Partial<LedgerCount> = {},
  more: { quirks?: Partial<Quirks>; limit?: number; reliable?: PinStatus['flagsReliable']; stale?: number } = {},
): PinStatus {
  return pinStatus({
    kind: 'user',
    flags: flags | READY,
    count: { ...NONE, ...count },
    profile: profile(more.quirks, more.limit ?? null),
    flagsReliable: more.reliable ?? 'unproven',
    staleFlags: more.stale ?? 0,
    observedAt: '2026-01-01T00:00:00.000Z',
  });
}

describe('what flags say, family by family', () => {
  const { low, final, locked } = FLAG;
  test.each([
    ['nothing shown, nothing known', 0, {}, 'unknown', null],
    ['OpenSC, openCryptoki: first wrong', low, {}, 'low', 2],
    ['openCryptoki: second wrong replaces the first', final, {}, 'final_try', 1],
    ['OpenSC with a known maximum: both', low | final, {}, 'final_try', 1],
    ['openCryptoki: locked replaces everything', locked, {}, 'locked', 0],
    ['eToken: COUNT_LOW together with LOCKED', low | locked, {}, 'locked', 0],
    ['all three', low | final | locked, {}, 'locked', 0],
    ['kryoptic: ten tries, COUNT_LOW late', low, { limit: 10 }, 'low', 9],
    ['a limit of one', final, { limit: 1 }, 'final_try', 1],
    ['COUNT_LOW on a token with one try', low, { limit: 1 }, 'final_try', 1],
  ] as const)('%s', (_name, flags, more, state, atMost) => {
    const { state: told, remaining } = status(flags, {}, more);
    expect([told, remaining?.atMost ?? null]).toEqual([state, atMost]);
  });

  test('no flag is never three tries, not even from a driver whose flags are reliable', () => {
    expect(status(0, {}, { reliable: 'yes' })).toMatchObject({ state: 'unknown', remaining: null, basis: 'none' });
  });

  test('at least one is left only where the flags have proved to move', () => {
    expect(status(low, {}, { reliable: 'yes' }).remaining).toEqual({ atLeast: 1, atMost: 2 });
    expect(status(low, {}, { reliable: 'no' }).remaining).toEqual({ atLeast: 0, atMost: 2 });
    expect(status(final, {}, { reliable: 'unproven' }).remaining).toEqual({ atLeast: 0, atMost: 1 });
  });

  test('an uninitialised slot shows no lock', () => {
    const blank = pinStatus({
      kind: 'so',
      flags: 0xc00025,
      count: NONE,
      profile: profile(),
      flagsReliable: 'unproven',
      staleFlags: 0,
      observedAt: '',
    });
    expect(blank).toMatchObject({ state: 'not_initialised', remaining: null });
  });

  test('the SO PIN reads its own bits', () => {
    expect(warningFlags(FLAG.locked << 4, 'so')).toBe(FLAG.locked);
    expect(warningFlags(FLAG.locked << 4, 'user')).toBe(0);
    expect(warningFlags(FLAG.final, 'context')).toBe(FLAG.final);
  });

  test('a PIN that must be changed says so, but never hides a lock', () => {
    expect(status(FLAG.mustChange, { proven: true }).state).toBe('must_change');
    expect(status(FLAG.mustChange | locked).state).toBe('locked');
  });
});

describe('flags and ledger together', () => {
  test.each([
    ['a success just now', 0, { proven: true }, 'ok', { atLeast: 3, atMost: 3 }, 'ledger'],
    ['one wrong of ours, no flag', 0, { rejected: 1 }, 'low', { atLeast: 0, atMost: 2 }, 'ledger'],
    ['one wrong after a success', 0, { rejected: 1, proven: true }, 'low', { atLeast: 2, atMost: 2 }, 'ledger'],
    ['one wrong and one unclear', 0, { rejected: 1, indeterminate: 1 }, 'final_try', { atLeast: 0, atMost: 1 }, 'ledger'],
    ['three of ours and no flag', 0, { rejected: 3 }, 'locked', { atLeast: 0, atMost: 0 }, 'ledger'],
    ['CKR_PIN_LOCKED and no flag', 0, { rejected: 1, locked: true }, 'locked', { atLeast: 0, atMost: 0 }, 'ledger'],
    ['flags worse than the ledger', FLAG.final, { rejected: 1 }, 'final_try', { atLeast: 0, atMost: 1 }, 'token'],
    ['ledger worse than the flags', FLAG.low, { rejected: 2 }, 'final_try', { atLeast: 0, atMost: 1 }, 'ledger'],
    ['an earlier flag that is gone', 0, { atMost: 1 }, 'final_try', { atLeast: 0, atMost: 1 }, 'ledger'],
  ] as const)('%s', (_name, flags, count, state, remaining, basis) => {
    expect(status(flags, count)).toMatchObject({ state, remaining, basis });
  });

  test('a token that never locks is held to its limit by the ledger alone', () => {
    const held = { quirks: { locksItself: false } };
    expect(status(0, {}, held)).toMatchObject({ state: 'ok', remaining: { atLeast: 3, atMost: 3 }, basis: 'ledger' });
    expect(status(FLAG.low, { rejected: 2, atMost: 0 }, held)).toMatchObject({
      state: 'final_try',
      remaining: { atLeast: 1, atMost: 1 },
    });
    expect(status(FLAG.low, { rejected: 3 }, held)).toMatchObject({ state: 'locked', basis: 'ledger' });
  });

  test('flags that a success contradicted are passed over, a lock never', () => {
    expect(status(FLAG.final, { proven: true }, { stale: FLAG.final }).state).toBe('ok');
    expect(status(FLAG.locked, { proven: true }, { stale: FLAG.final | FLAG.locked }).state).toBe('locked');
  });

  test('a doubted lock promises nothing, whatever other flags say', () => {
    const doubted = { rejected: 3, doubted: true };
    expect(status(0, doubted)).toMatchObject({ state: 'unknown', remaining: null });
    expect(status(FLAG.final, doubted)).toMatchObject({ state: 'unknown', remaining: null });
    expect(status(FLAG.locked, doubted).state).toBe('locked');
  });
});

describe('when a try needs consent', () => {
  test.each([
    ['nothing known, nothing spent', 0, {}, {}, false],
    ['COUNT_LOW of somebody else', FLAG.low, {}, {}, false],
    ['the final try', FLAG.final, {}, {}, true],
    ['the ledger leaves one', 0, { rejected: 2 }, {}, true],
    ['two failures on ten tries, nothing better known', 0, { rejected: 2 }, { limit: 10 }, true],
    ['two failures on ten tries, counted exactly', 0, { rejected: 2, proven: true }, { limit: 10 }, false],
    ['one failure on ten tries', 0, { rejected: 1 }, { limit: 10 }, false],
    ['a token that allows one', 0, {}, { limit: 1 }, true],
    ['a doubted lock', 0, { doubted: true }, {}, true],
  ] as const)('%s: %#', (_name, flags, count, more, needed) => {
    expect(mayBlock(status(flags, count, more), { ...NONE, ...count })).toBe(needed);
  });
});

test('the limit is the catalogue’s, and three where it says nothing', () => {
  expect(tryLimit(profile({}, 8), 'context')).toBe(8);
  expect(tryLimit(profile(), 'user')).toBe(3);
  expect(tryLimit({ ...profile(), tryLimit: { puk: 10 } }, 'so')).toBe(10);
  expect(tryLimit({ ...profile(), tryLimit: { puk: 10, so: 5 } }, 'so')).toBe(5);
});
