import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { Audit, CaseStore, Clients, Database, ExpiryNotices, Ledger } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';

const root = mkdtempSync(join(tmpdir(), 'store-cases-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const row = { id: 'AAA-AAAA', version: 1, state: 'open', head: '{}', procedure: '{}', openedAt: '2026-01-15T10:00:00.000Z' };
const file = { id: 'f', name: 'n', type: 't', stepId: null, size: 3, sha256: 'x', addedAt: 'now', who: 'me' };

/** A database as the first release left it, with something in each table. */
function firstRelease(path: string): void {
  const sqlite = new DatabaseSync(path);
  sqlite.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
  sqlite.exec(`
    INSERT INTO attempts (id, identity, card, kind, purpose, caller, started_at, state_before, outcome)
      VALUES ('a1', 'card', 'card', 'user', 'login', 'local', '2026-01-01T00:00:00.000Z', 'ok', 'rejected');
    INSERT INTO clients VALUES ('office', 'hash', 'status sign', '2026-01-01T00:00:00.000Z', NULL);
  `);
  sqlite.close();
}

describe('the first database', () => {
  test('is brought up to date with everything that was in it', () => {
    const path = join(root, 'first.db');
    firstRelease(path);
    const db = Database.open(path);
    expect(db.get('PRAGMA user_version')?.user_version).toBe(MIGRATIONS.length);
    expect(new Ledger(db).count({ identity: 'card', card: 'card' }, 'user').rejected).toBe(1);
    expect(new Clients(db).list()).toMatchObject([{ name: 'office', scopes: ['status', 'sign'] }]);
    const audit = new Audit(db);
    audit.addNow({ caller: 'x', action: 'y', outcome: 'ok' });
    expect(audit.firstBreak()).toBeNull();
    new CaseStore(db).insert(row);
    db.close();
    const again = Database.open(path);
    expect(new CaseStore(again).get(row.id)).toEqual(row);
    again.close();
  });

  test('is as it was when bringing it up to date is interrupted', () => {
    const path = join(root, 'interrupted.db');
    firstRelease(path);
    const sqlite = new DatabaseSync(path);
    // The step fails in its middle: a table of that name is there already.
    sqlite.exec('CREATE TABLE dismissals (x TEXT)');
    sqlite.close();
    expect(() => Database.open(path)).toThrow();
    const after = new DatabaseSync(path);
    expect(after.prepare('PRAGMA user_version').get()?.user_version).toBe(1);
    expect(after.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'cases'").get()?.n).toBe(0);
    after.close();
  });
});

describe('a case that is deleted', () => {
  test('leaves nothing behind in the file or beside it', () => {
    const path = join(root, 'scrub.db');
    const db = Database.open(path);
    const store = new CaseStore(db);
    const canary = 'Kanarienvogel';
    store.transaction(() => {
      store.insert({ ...row, head: JSON.stringify({ holder: canary }), procedure: JSON.stringify({ x: canary.repeat(2_000) }) });
      store.addHistory(row.id, { seq: 1, at: 'now', who: 'me', what: 'opened', detail: { note: canary } });
      store.addNote(row.id, { id: 1, at: 'now', who: 'me', text: canary });
      store.addFile(row.id, { ...file, name: canary }, Buffer.from(canary.repeat(50_000)));
    });
    const remains = () => [path, `${path}-wal`].filter((each) => readFileSync(each).includes(canary));
    expect(remains().length).toBeGreaterThan(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(store.remove(row.id)).toBe(true);
    expect(remains()).toEqual([]);
    expect(store.remove(row.id)).toBe(false);
    db.close();
    expect(readFileSync(path).includes(canary)).toBe(false);
  });

  test('takes nothing of another with it', () => {
    const store = new CaseStore(Database.open(':memory:'));
    const other = { ...row, id: 'BBB-BBBB' };
    for (const one of [row, other]) {
      store.insert(one);
      store.addFile(one.id, file, Buffer.from('abc'));
      store.addNote(one.id, { id: 1, at: 'now', who: 'me', text: one.id });
    }
    store.remove(row.id);
    expect(store.list()).toEqual([other]);
    expect(Buffer.from(store.bytes(other.id, 'f') ?? []).toString()).toBe('abc');
    expect(store.notes(other.id)).toHaveLength(1);
    expect(store.bytes(row.id, 'f')).toBeUndefined();
  });
});

describe('rows', () => {
  test('are replaced only by who saw the last version', () => {
    const store = new CaseStore(Database.open(':memory:'));
    store.insert(row);
    expect(store.update({ ...row, version: 2, state: 'closed' }, 1)).toBe(true);
    expect(store.update({ ...row, version: 2 }, 1)).toBe(false);
    expect(store.get(row.id)).toMatchObject({ version: 2, state: 'closed' });
    expect([store.list('open').length, store.list('closed').length]).toEqual([0, 1]);
  });

  test('belong to a case', () => {
    const store = new CaseStore(Database.open(':memory:'));
    expect(() => store.addNote('nonesuch', { id: 1, at: 'now', who: 'me', text: 'x' })).toThrow();
  });

  test('with bytes come back as they went', () => {
    const store = new CaseStore(Database.open(':memory:'));
    store.insert(row);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    store.addFile(row.id, file, bytes);
    expect(Buffer.from(store.bytes(row.id, 'f') ?? [])).toEqual(bytes);
    expect(store.files(row.id)).toEqual([file]);
  });
});

describe('what was told of a certificate', () => {
  test('is noted once, over restarts', () => {
    const path = join(root, 'expiry.db');
    for (const first of [true, false]) {
      const db = Database.open(path);
      expect(new ExpiryNotices(db).mark('sha', 'expired', 'now')).toBe(first);
      db.close();
    }
  });
});
