import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AttemptOutcome, Database, Ledger, type PinKind, StoreFailure } from '../../src/store/index.ts';

const root = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CARD = { identity: 'card', card: 'card' };
const CHAOS = process.env.SIGNET_CHAOS !== undefined;
let db: Database;
let ledger: Ledger;
beforeEach(() => {
  db = Database.open(':memory:');
  ledger = new Ledger(db);
});
afterEach(() => db.close());

function begin(more: { kind?: PinKind; identity?: string; card?: string; atMost?: number | null } = {}): string {
  return ledger.begin({ ...CARD, kind: 'user', purpose: 'login', caller: 'a', stateBefore: 'ok', atMost: null, ...more });
}

function make(outcome: AttemptOutcome, more: Parameters<typeof begin>[0] = {}, successResets = true): void {
  ledger.end(begin(more), outcome, null, { successResets });
}

/** The disk refuses every write while this is on. */
function refuse(on: boolean): void {
  db.get(`PRAGMA query_only = ${on ? 1 : 0}`);
}

const seen = { flags: 0, locked: false, atMost: null, outside: false, unlocked: false };

describe('what is counted', () => {
  test.each<[AttemptOutcome, number, number, boolean]>([
    ['rejected', 1, 0, false],
    ['locked', 1, 0, true],
    ['indeterminate', 0, 1, false],
    ['not_attempted', 0, 0, false],
    ['already_logged_in', 0, 0, false],
    ['accepted', 0, 0, false],
  ])('%s', (outcome, rejected, indeterminate, locked) => {
    make(outcome);
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected, indeterminate, locked, proven: outcome === 'accepted' });
  });

  test('an attempt that has not ended counts as spent', () => {
    begin();
    expect(ledger.count(CARD, 'user').indeterminate).toBe(1);
  });

  test('a success starts the count anew, a lock included, unless the counter outlives it', () => {
    make('rejected');
    make('locked');
    make('accepted', {}, false);
    expect(ledger.count(CARD, 'user').rejected).toBe(2);
    make('accepted');
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected: 0, locked: false, proven: true });
  });

  test('the user PIN and context-specific logins are held against each other, until their own success or the other’s', () => {
    make('rejected', { kind: 'context' });
    expect(ledger.count(CARD, 'user').rejected).toBe(1);
    make('rejected');
    expect(ledger.count(CARD, 'context').rejected).toBe(2);
    expect(ledger.count(CARD, 'so').rejected).toBe(0);
    make('accepted');
    expect(ledger.count(CARD, 'user').rejected).toBe(0);
    expect(ledger.count(CARD, 'context').rejected).toBe(1);
    make('accepted', { kind: 'context' });
    expect(ledger.count(CARD, 'context').rejected).toBe(0);
  });

  test('so are slots of one card, and nothing else', () => {
    make('rejected', { identity: 'slot1', card: 'both' });
    expect(ledger.count({ identity: 'slot2', card: 'both' }, 'user').rejected).toBe(1);
    expect(ledger.count({ identity: 'slot2', card: 'slot2' }, 'user').rejected).toBe(0);
  });

  test('what was promised before an attempt holds, less that attempt', () => {
    make('rejected', { atMost: 2 });
    expect(ledger.count(CARD, 'user').atMost).toBe(1);
    begin({ atMost: 1 });
    expect(ledger.count(CARD, 'user').atMost).toBe(0);
  });

  test('the lowest bound that flags gave is kept, and falls with every try', () => {
    ledger.observe(CARD, 'user', { ...seen, flags: 2, atMost: 1 });
    ledger.observe(CARD, 'user', { ...seen, flags: 0, atMost: 2, outside: true });
    expect(ledger.count(CARD, 'user').atMost).toBe(1);
    expect(ledger.count(CARD, 'context').atMost).toBe(1);
    make('rejected');
    expect(ledger.count(CARD, 'user').atMost).toBe(0);
    make('accepted');
    expect(ledger.count(CARD, 'user').atMost).toBeNull();
  });

  test('an unblock resets what it unblocks', () => {
    make('locked');
    const id = begin({ kind: 'so' });
    ledger.end(id, 'accepted', null, { successResets: true, unblocks: ['user'] });
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected: 0, locked: false, proven: true });
  });

  test('an outcome is written once', () => {
    const id = begin();
    ledger.end(id, 'rejected', null, { successResets: true });
    ledger.end(id, 'accepted', null, { successResets: true });
    expect(ledger.count(CARD, 'user').rejected).toBe(1);
  });
});

describe('what ends exactness', () => {
  test.each<[string, () => void]>([
    ['flags that moved by themselves', () => ledger.observe(CARD, 'user', { ...seen, flags: 1, outside: true })],
    ['an absence', () => ledger.returned('card')],
    ['a start of the daemon', () => void ledger.settle()],
  ])('%s', (_name, happen) => {
    make('accepted');
    happen();
    expect(ledger.count(CARD, 'user').proven).toBe(false);
  });
});

describe('a doubted lock', () => {
  test('comes back with an attempt that fails, stays with one that was none, and goes with a success', () => {
    make('locked');
    ledger.doubt('card', 'user');
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: true, locked: false });
    make('not_attempted');
    expect(ledger.count(CARD, 'user').doubted).toBe(true);
    make('rejected');
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: false, locked: true });
    ledger.doubt('card', 'user');
    make('accepted');
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: false, locked: false, rejected: 0, proven: true });
  });

  test('that arises while an attempt is open ends with that attempt, when it fails', () => {
    make('locked');
    const id = begin();
    ledger.doubt('card', 'user');
    ledger.end(id, 'rejected', null, { successResets: true });
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: false, locked: true });
  });

  test('is no doubt any more while an attempt is open, nor after a crash in it', () => {
    make('locked');
    ledger.doubt('card', 'user');
    begin();
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: false, locked: true });
    ledger.settle();
    expect(ledger.count(CARD, 'user')).toMatchObject({ doubted: false, locked: true });
  });
});

describe('a disk that refuses', () => {
  test('no attempt begins', () => {
    refuse(true);
    expect(() => begin()).toThrow(StoreFailure);
    refuse(false);
    expect(ledger.count(CARD, 'user').indeterminate).toBe(0);
  });

  test('an outcome that cannot be written leaves the attempt spent, and is written before the next begins', () => {
    const id = begin();
    refuse(true);
    expect(ledger.end(id, 'rejected', null, { successResets: true })).toBe(false);
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected: 0, indeterminate: 1 });
    refuse(false);
    make('not_attempted');
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected: 1, indeterminate: 0 });
  });

  test('a lock is known even though it could not be written', () => {
    const id = begin({ kind: 'context' });
    refuse(true);
    ledger.end(id, 'locked', null, { successResets: true });
    expect(ledger.count(CARD, 'context').locked).toBe(true);
    expect(ledger.count(CARD, 'user').locked).toBe(true);
    refuse(false);
    make('not_attempted');
    expect(ledger.count(CARD, 'user').locked).toBe(true);
  });

  test('a success that is written late proves nothing, and keeps what was seen since', () => {
    make('rejected');
    const id = begin();
    refuse(true);
    ledger.end(id, 'accepted', null, { successResets: true });
    refuse(false);
    ledger.observe(CARD, 'user', { ...seen, flags: 2, atMost: 1, outside: true });
    make('not_attempted');
    expect(ledger.count(CARD, 'user')).toMatchObject({ rejected: 0, indeterminate: 0, proven: false, atMost: 1 });
  });

  test('an absence is remembered', () => {
    make('accepted');
    refuse(true);
    ledger.returned('card');
    expect(ledger.count(CARD, 'user').proven).toBe(false);
    refuse(false);
    make('not_attempted');
    expect(ledger.count(CARD, 'user').proven).toBe(false);
  });
});

test(
  'killed at any moment, no attempt that began is missing and none is better than it was',
  async () => {
    const child = fileURLToPath(new URL('./attempts.child.ts', import.meta.url));
    const path = join(root, 'killed.db');
    const begun = new Set<string>();
    const ended = new Set<string>();
    let killedOpen = 0;
    for (let round = 0; round < (CHAOS ? 500 : 12); round += 1) {
      const process_ = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      const enough = 1 + Math.floor(Math.random() * 60);
      process_.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        // Somewhere between two lines, as the child is writing all the time.
        if (said.split('\n').length > enough) process_.kill('SIGKILL');
      });
      await once(process_, 'close');
      for (const line of said.split('\n')) {
        const [word, id] = line.split(' ');
        if (id?.length === 36) (word === 'begun' ? begun : ended).add(id);
      }
      const store = Database.open(path);
      const reopened = new Ledger(store);
      const counted = reopened.count(CARD, 'user');
      expect(counted.rejected + counted.indeterminate).toBeGreaterThanOrEqual(begun.size);
      expect(counted.rejected).toBeGreaterThanOrEqual(ended.size);
      const open = reopened.settle();
      killedOpen += open;
      expect(open).toBeLessThanOrEqual(1);
      const after = reopened.count(CARD, 'user');
      expect(after.rejected + after.indeterminate).toBe(counted.rejected + counted.indeterminate);
      const rows = new Map(store.all('SELECT id, outcome FROM attempts').map((row) => [String(row.id), row.outcome]));
      for (const id of begun) expect(rows.has(id)).toBe(true);
      for (const id of ended) expect(rows.get(id)).toBe('rejected');
      store.close();
    }
    console.log(`ledger: ${begun.size} attempts, ${killedOpen} killed while open`);
  },
  CHAOS ? 600_000 : 60_000,
);
