import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Audit, Database } from '../../src/store/index.ts';

let db: Database;
beforeEach(() => {
  db = Database.open(':memory:');
});
afterEach(() => {
  vi.useRealTimers();
  db.close();
});

function entry(n: number): { caller: string; action: string; outcome: string; detail: { n: number } } {
  return { caller: 'a', action: 'sign', outcome: 'ok', detail: { n } };
}

function rows(): number {
  return Number(db.get('SELECT count(*) AS n FROM audit')?.n);
}

function refuse(on: boolean): void {
  db.get(`PRAGMA query_only = ${on ? 1 : 0}`);
}

describe('commits', () => {
  test('signatures together, at most 100 ms later; a PIN at once with all that waits', () => {
    vi.useFakeTimers();
    const audit = new Audit(db);
    audit.add(entry(1));
    vi.advanceTimersByTime(50);
    audit.add(entry(2));
    expect(rows()).toBe(0);
    vi.advanceTimersByTime(50);
    expect(rows()).toBe(2);
    audit.add(entry(3));
    audit.addNow(entry(4));
    expect(rows()).toBe(4);
    expect(audit.list({ limit: 10 }).map(({ seq, detail }) => [seq, detail?.n])).toEqual([
      [4, 4],
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  test('many at once do not wait', () => {
    const audit = new Audit(db);
    for (let n = 0; n < 2_000; n += 1) audit.add(entry(n));
    expect(rows()).toBe(2_000);
    expect(audit.firstBreak()).toBeNull();
  });

  test('pages go back from a number', () => {
    const audit = new Audit(db);
    for (let n = 1; n <= 5; n += 1) audit.add(entry(n));
    expect(audit.list({ limit: 2, before: 4 }).map(({ seq }) => seq)).toEqual([3, 2]);
  });

  test('numbers and chain go on after a restart', () => {
    new Audit(db).addNow(entry(1));
    const again = new Audit(db);
    again.addNow({ ...entry(2), token: 't', credential: 'c' });
    expect(again.list({ limit: 1 })).toMatchObject([{ seq: 2, token: 't', credential: 'c' }]);
    expect(again.firstBreak()).toBeNull();
  });
});

describe('what shows', () => {
  function written(): Audit {
    const audit = new Audit(db);
    for (let n = 1; n <= 6; n += 1) audit.add(entry(n));
    audit.flush();
    expect(audit.firstBreak()).toBeNull();
    return audit;
  }

  test.each([
    ['an outcome altered', "UPDATE audit SET outcome = 'refused' WHERE seq = 3", 3],
    ['a detail altered', `UPDATE audit SET detail = '{"n":9}' WHERE seq = 4`, 4],
    ['a detail made unreadable', "UPDATE audit SET detail = 'x' WHERE seq = 4", 4],
    ['a time altered', "UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2", 2],
    ['a row taken out', 'DELETE FROM audit WHERE seq = 3', 3],
    ['the first row taken out', 'DELETE FROM audit WHERE seq = 1', 1],
    ['the last row taken out', 'DELETE FROM audit WHERE seq = 6', 6],
    ['all of them', 'DELETE FROM audit', 1],
    ['two swapped', 'UPDATE audit SET seq = 100 WHERE seq = 2; ', 2],
    ['a row put in', "INSERT INTO audit (at, caller, action, outcome, chain) VALUES ('x', 'x', 'x', 'x', 'x')", 7],
  ])('%s', (_name, sql, at) => {
    const audit = written();
    db.run(sql);
    expect(audit.firstBreak()).toBe(at);
  });
});

describe('a disk that refuses', () => {
  test('is told once, entries are kept in order, and committed without a gap when it takes them again', () => {
    vi.useFakeTimers();
    const told: unknown[] = [];
    const audit = new Audit(db, { onFailure: (error) => told.push(error) });
    audit.addNow(entry(1));
    refuse(true);
    audit.add(entry(2));
    vi.advanceTimersByTime(100);
    audit.addNow(entry(3));
    expect(audit.failure).not.toBeNull();
    expect(told).toHaveLength(1);
    expect(rows()).toBe(1);
    refuse(false);
    expect(audit.failure).toBeNull();
    expect(audit.list({ limit: 10 }).map(({ seq, detail }) => [seq, detail?.n])).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
    expect(audit.firstBreak()).toBeNull();
  });

  test('is tried again by itself', () => {
    vi.useFakeTimers();
    const audit = new Audit(db);
    refuse(true);
    audit.addNow(entry(1));
    refuse(false);
    vi.advanceTimersByTime(1_000);
    expect(rows()).toBe(1);
  });
});
