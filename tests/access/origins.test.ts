import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Origins } from '../../src/access/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { Database, OriginStore, StoreFailure } from '../../src/store/index.ts';

const SEDE = 'https://sede.example.es';
const OTHER = 'http://localhost:3000';
const HASH = 'ab'.repeat(32);
const ANA = { sha256: HASH, holder: 'Ana García' };
const DAY = 86_400_000;
const START = Date.parse('2026-03-01T09:00:00.000Z');

let db: Database;
let store: OriginStore;
let time: number;
let origins: Origins;
let changes: string[];

function open(): Origins {
  const made = new Origins(store, () => time);
  made.onChange((origin) => changes.push(origin));
  return made;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SignetError) return error.code;
    throw error;
  }
  return 'none';
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  db = Database.open(':memory:');
  store = new OriginStore(db);
  time = START;
  changes = [];
  origins = open();
});
afterEach(() => {
  vi.useRealTimers();
  db.close();
});

describe('a pairing', () => {
  it('is kept with its rights in their order, over a restart too', () => {
    const made = origins.pair(SEDE, ['sign', 'certificates'], 30, 'page');
    expect(made).toEqual({
      origin: SEDE,
      rights: ['certificates', 'sign'],
      via: 'page',
      pairedAt: '2026-03-01T09:00:00.000Z',
      expiresAt: '2026-03-31T09:00:00.000Z',
      lastUsedAt: null,
      certificates: [],
    });
    expect(origins.get(SEDE)).toEqual(made);
    expect(open().list()).toEqual([made]);
    expect(origins.get(OTHER)).toBeNull();
    expect(changes).toEqual([SEDE]);
  });

  it('made again replaces rights and dates and keeps what was remembered', () => {
    origins.pair(SEDE, ['certificates'], 1, 'page');
    origins.remember(SEDE, ANA, 7);
    time += 1_000;
    expect(origins.pair(SEDE, ['sign'], 2, 'extension')).toMatchObject({
      rights: ['sign'],
      via: 'extension',
      pairedAt: '2026-03-01T09:00:01.000Z',
      expiresAt: '2026-03-03T09:00:01.000Z',
      certificates: [{ sha256: HASH, holder: 'Ana García', until: '2026-03-08T09:00:00.000Z' }],
    });
    expect(open().get(SEDE)).toEqual(origins.get(SEDE));
  });

  it('gives nothing without a right, for no time or for ever', () => {
    expect(refusal(() => origins.pair(SEDE, [], 1, 'page'))).toBe('invalid_request');
    for (const days of [0, -1, 0.5, 367, Number.NaN, Number.POSITIVE_INFINITY])
      expect(refusal(() => origins.pair(SEDE, ['sign'], days, 'page'))).toBe('invalid_request');
    expect(origins.list()).toEqual([]);
    expect(changes).toEqual([]);
  });

  it('is handed out as a copy', () => {
    const pairing = origins.pair(SEDE, ['sign'], 1, 'page');
    pairing.rights.push('authenticate');
    pairing.certificates.push({ ...ANA, until: '2099-01-01T00:00:00.000Z' });
    pairing.expiresAt = '2099-01-01T00:00:00.000Z';
    expect(origins.get(SEDE)).toMatchObject({ rights: ['sign'], certificates: [], expiresAt: '2026-03-02T09:00:00.000Z' });
  });

  it('is over at its end, by itself, and what was remembered with it', () => {
    origins.pair(SEDE, ['sign'], 1, 'page');
    origins.pair(OTHER, ['sign'], 2, 'page');
    origins.remember(SEDE, ANA, 7);
    changes = [];
    time += DAY - 1;
    expect(origins.get(SEDE)).not.toBeNull();
    time += 1;
    expect(origins.get(SEDE)).toBeNull();
    expect(origins.list().map(({ origin }) => origin)).toEqual([OTHER]);
    expect(origins.remembers(SEDE, HASH)).toBe(false);
    vi.advanceTimersByTime(DAY);
    expect(changes).toEqual([SEDE]);
    expect(store.list().map(({ origin }) => origin)).toEqual([OTHER]);
    expect(origins.pair(SEDE, ['sign'], 1, 'page').certificates).toEqual([]);
  });

  it('that expired while nobody looked brings nothing back when it is made again', () => {
    origins.pair(SEDE, ['sign'], 1, 'page');
    origins.remember(SEDE, ANA, 7);
    origins.touch(SEDE);
    time += DAY;
    expect(origins.pair(SEDE, ['sign'], 1, 'page')).toMatchObject({ certificates: [], lastUsedAt: null });
    expect(open().get(SEDE)).toMatchObject({ certificates: [], lastUsedAt: null });
  });

  it('that expired while the daemon was off is removed at the start', () => {
    origins.pair(SEDE, ['sign'], 1, 'page');
    origins.remember(SEDE, ANA, 7);
    time += DAY;
    expect(open().list()).toEqual([]);
    expect(store.list()).toEqual([]);
  });
});

describe('narrowing', () => {
  beforeEach(() => {
    origins.pair(SEDE, ['certificates', 'authenticate', 'sign'], 30, 'page');
    changes = [];
  });

  it('takes rights and time away', () => {
    expect(origins.narrow(SEDE, { rights: ['authenticate', 'certificates'] }).rights).toEqual(['certificates', 'authenticate']);
    expect(origins.narrow(SEDE, { expiresAt: '2026-03-02T11:00:00+01:00' }).expiresAt).toBe('2026-03-02T10:00:00.000Z');
    expect(open().get(SEDE)).toMatchObject({ rights: ['certificates', 'authenticate'], expiresAt: '2026-03-02T10:00:00.000Z' });
    expect(changes).toEqual([SEDE, SEDE]);
    time = Date.parse('2026-03-02T10:00:00.000Z');
    expect(origins.get(SEDE)).toBeNull();
  });

  it.each([
    { rights: [] },
    { expiresAt: '2026-04-01T09:00:00.001Z' },
    { expiresAt: '2026-03-01T09:00:00.000Z' },
    { expiresAt: '2020-01-01T00:00:00Z' },
    { expiresAt: 'tomorrow' },
  ] as const)('refuses %j', (change) => {
    const before = origins.get(SEDE);
    expect(refusal(() => origins.narrow(SEDE, change))).toBe('invalid_request');
    expect(origins.get(SEDE)).toEqual(before);
    expect(changes).toEqual([]);
  });

  it('never gives a right back', () => {
    origins.narrow(SEDE, { rights: ['certificates'] });
    expect(refusal(() => origins.narrow(SEDE, { rights: ['certificates', 'sign'] }))).toBe('invalid_request');
    expect(origins.get(SEDE)?.rights).toEqual(['certificates']);
  });

  it('knows whom it is about', () => expect(refusal(() => origins.narrow(OTHER, { rights: ['sign'] }))).toBe('origin_not_found'));
});

describe('revoking', () => {
  it('ends a pairing and forgets its certificates', () => {
    origins.pair(SEDE, ['sign'], 30, 'page');
    origins.remember(SEDE, ANA, 7);
    changes = [];
    origins.revoke(SEDE);
    expect(origins.get(SEDE)).toBeNull();
    expect(store.list()).toEqual([]);
    expect(changes).toEqual([SEDE]);
    expect(refusal(() => origins.revoke(SEDE))).toBe('origin_not_found');
    expect(origins.pair(SEDE, ['sign'], 30, 'page').certificates).toEqual([]);
  });

  it('holds even when the disk refuses to note it', () => {
    origins.pair(SEDE, ['certificates', 'sign'], 30, 'page');
    origins.pair(OTHER, ['certificates', 'sign'], 30, 'page');
    changes = [];
    db.close();
    expect(() => origins.revoke(SEDE)).toThrow();
    expect(() => origins.narrow(OTHER, { rights: ['sign'] })).toThrow();
    expect(origins.get(SEDE)).toBeNull();
    expect(origins.get(OTHER)?.rights).toEqual(['sign']);
    expect(changes).toEqual([SEDE, OTHER]);
  });
});

describe('a remembered certificate', () => {
  beforeEach(() => {
    origins.pair(SEDE, ['certificates'], 30, 'page');
    origins.pair(OTHER, ['certificates'], 30, 'page');
    changes = [];
  });

  it('is remembered for one site, for a time', () => {
    origins.remember(SEDE, { sha256: HASH.toUpperCase(), holder: 'Ana García' }, 7);
    expect(origins.remembers(SEDE, HASH)).toBe(true);
    expect(origins.remembers(SEDE, HASH.toUpperCase())).toBe(true);
    expect(origins.remembers(OTHER, HASH)).toBe(false);
    expect(origins.remembers(SEDE, 'cd'.repeat(32))).toBe(false);
    expect(open().remembers(SEDE, HASH)).toBe(true);
    time += 7 * DAY;
    expect(origins.remembers(SEDE, HASH)).toBe(false);
    expect(origins.get(SEDE)?.certificates).toEqual([]);
  });

  it('can be forgotten', () => {
    origins.remember(SEDE, ANA, 7);
    origins.remember(SEDE, { ...ANA, holder: 'Ana García López' }, 8);
    expect(origins.get(SEDE)?.certificates).toEqual([
      { sha256: HASH, holder: 'Ana García López', until: '2026-03-09T09:00:00.000Z' },
    ]);
    changes = [];
    origins.forget(SEDE, HASH);
    expect(origins.remembers(SEDE, HASH)).toBe(false);
    expect(open().remembers(SEDE, HASH)).toBe(false);
    expect(changes).toEqual([SEDE]);
    expect(refusal(() => origins.forget(SEDE, HASH))).toBe('origin_not_found');
  });

  it('needs a pairing', () => {
    origins.revoke(SEDE);
    expect(refusal(() => origins.remember(SEDE, ANA, 7))).toBe('origin_not_found');
    expect(refusal(() => origins.forget(SEDE, HASH))).toBe('origin_not_found');
  });
});

describe('the last use', () => {
  it('is on disk once a minute at most', () => {
    const written = vi.spyOn(store, 'touch');
    origins.pair(SEDE, ['sign'], 1, 'page');
    for (let second = 0; second < 120; second += 1) {
      origins.touch(SEDE);
      time += 1_000;
    }
    expect(written).toHaveBeenCalledTimes(2);
    expect(origins.get(SEDE)?.lastUsedAt).toBe('2026-03-01T09:01:59.000Z');
    expect(store.list()[0]?.lastUsedAt).toBe('2026-03-01T09:01:00.000Z');
  });

  it('shuts nobody out when the disk is full', () => {
    origins.pair(SEDE, ['sign'], 1, 'page');
    vi.spyOn(store, 'touch').mockImplementation(() => {
      throw new StoreFailure('full', 'x', 'full');
    });
    expect(() => origins.touch(SEDE)).not.toThrow();
    expect(origins.get(SEDE)).not.toBeNull();
  });

  it('of a site that is not paired is nothing', () => {
    origins.touch(SEDE);
    expect(origins.list()).toEqual([]);
  });
});

describe('whoever watches', () => {
  it('hears until it stops', () => {
    const heard: string[] = [];
    const stop = origins.onChange((origin) => heard.push(origin));
    origins.pair(SEDE, ['sign'], 1, 'page');
    stop();
    origins.revoke(SEDE);
    expect(heard).toEqual([SEDE]);
    expect(changes).toEqual([SEDE, SEDE]);
  });
});
