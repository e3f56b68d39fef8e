import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Database, Ledger, StoreFailure } from '../../src/store/index.ts';
import { hasNamespaces, inNamespace } from './namespace.ts';

const root = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function place(): string {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder);
  return join(folder, 'signet.db');
}

function refusal(path: string): string {
  try {
    Database.open(path).close();
    return 'ok';
  } catch (error) {
    if (error instanceof StoreFailure) return error.code;
    throw error;
  }
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

const attempt = {
  identity: 'card',
  card: 'card',
  kind: 'user',
  purpose: 'login',
  caller: 'a',
  stateBefore: 'ok',
  atMost: 3,
} as const;

/** A database with something in it, closed. */
function filled(): string {
  const path = place();
  const db = Database.open(path);
  const ledger = new Ledger(db);
  for (let n = 0; n < 200; n += 1) ledger.end(ledger.begin(attempt), 'rejected', null, { successResets: true });
  db.close();
  return path;
}

describe('what is not ours to touch', () => {
  /** The file is refused and stays as it was, byte for byte, together with everything beside it. */
  function untouched(path: string, code: string): void {
    const before = digests(join(path, '..'));
    expect(refusal(path)).toBe(code);
    expect(digests(join(path, '..'))).toEqual(before);
  }

  function digests(folder: string): string[][] {
    return readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);
  }

  test('a file that is no database', () => {
    const path = place();
    writeFileSync(path, 'This is a letter to my bank.\n'.repeat(100));
    untouched(path, 'corrupt');
  });

  test('a database with pages overwritten', () => {
    const path = filled();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length - 4096);
    writeFileSync(path, bytes);
    untouched(path, 'corrupt');
  });

  test('a database that was cut short', () => {
    const path = filled();
    writeFileSync(path, readFileSync(path).subarray(0, 4096 + 100));
    untouched(path, 'corrupt');
  });

  test('a database of a newer program', () => {
    const path = filled();
    const sqlite = new DatabaseSync(path);
    sqlite.exec('PRAGMA user_version = 999');
    sqlite.close();
    untouched(path, 'newer');
  });

  test('a database of another program', () => {
    const path = place();
    const sqlite = new DatabaseSync(path);
    sqlite.exec('CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES (1)');
    sqlite.close();
    untouched(path, 'corrupt');
  });

  test('a corrupt database with a log that a crash left', () => {
    const path = place();
    const db = Database.open(path);
    const ledger = new Ledger(db);
    for (let n = 0; n < 200; n += 1) ledger.begin(attempt);
    const copy = place();
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    db.close();
    expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0);
    writeFileSync(copy, 'x'.repeat(8192));
    untouched(copy, 'corrupt');
  });

  test('a folder where the database should be', () => {
    const path = place();
    mkdirSync(path);
    expect(refusal(path)).not.toBe('ok');
  });
});

describe('an empty file in its place', () => {
  test('has lost what it held: it is told and left as it is', () => {
    const path = place();
    Database.open(path).close();
    writeFileSync(path, '');
    expect(refusal(path)).toBe('corrupt');
    expect(statSync(path).size).toBe(0);
  });

  test('is never made: a new database comes whole, readable by its owner only, with nothing beside it', () => {
    const path = place();
    Database.open(path).close();
    expect(statSync(path).size).toBeGreaterThan(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['signet.db']);
  });
});

describe('a database of ours', () => {
  test('survives a crash with its log', () => {
    const path = place();
    const db = Database.open(path);
    new Ledger(db).begin(attempt);
    const copy = place();
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    db.close();
    const again = Database.open(copy);
    expect(new Ledger(again).count(attempt, 'user').indeterminate).toBe(1);
    again.close();
  });

  test('is its owner’s alone, from the first moment and when somebody had opened it up', () => {
    const path = place();
    const mask = process.umask(0);
    try {
      const db = Database.open(path);
      new Ledger(db).begin(attempt);
      expect([mode(path), mode(`${path}-wal`)]).toEqual(['600', '600']);
      db.close();
      chmodSync(path, 0o666);
      Database.open(path).close();
      expect(mode(path)).toBe('600');
    } finally {
      process.umask(mask);
    }
  });

  test('an interrupted first start is taken up again', () => {
    const path = place();
    writeFileSync(`${path}.${process.pid}`, 'half of it');
    expect(refusal(path)).toBe('ok');
    expect(refusal(path)).toBe('ok');
    expect(readdirSync(join(path, '..'))).toEqual(['signet.db']);
  });

  test('nothing is left beside it when it is closed', () => {
    const path = filled();
    Database.open(path).close();
    expect(readdirSync(join(path, '..'))).toEqual(['signet.db']);
  });

  test('says that it is closed as a failure of the store', () => {
    const db = Database.open(':memory:');
    db.close();
    expect(() => db.get('SELECT 1')).toThrow(StoreFailure);
    expect(() => db.transaction(true, () => 1)).toThrow(StoreFailure);
  });

  test('a transaction that fails leaves nothing behind, and its own error passes', () => {
    const db = Database.open(':memory:');
    const mine = new Error('mine');
    const work = (): never => {
      db.run("INSERT INTO clients VALUES ('a', 'h', 'status', 'now', NULL)");
      throw mine;
    };
    expect(() => db.transaction(true, work)).toThrow(mine);
    expect(db.all('SELECT * FROM clients')).toEqual([]);
    expect(db.get('PRAGMA synchronous')?.synchronous).toBe(1);
    db.close();
  });
});

describe('another process', () => {
  const child = fileURLToPath(new URL('./hold.child.ts', import.meta.url));

  test('is refused while the first lives, and not after it was killed', async () => {
    const path = filled();
    const holder = spawn(process.execPath, [child, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = new Promise((resolve) => holder.once('exit', resolve));
    const said = await new Promise<string>((resolve) => holder.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    expect(said).toBe('open\n');
    expect(refusal(path)).toBe('in_use');
    expect(execFileSync(process.execPath, [child, path], { input: '' }).toString()).toBe('in_use\n');
    holder.kill('SIGKILL');
    await exit;
    expect(refusal(path)).toBe('ok');
  });
});

describe.runIf(hasNamespaces)('file systems that refuse', () => {
  const child = fileURLToPath(new URL('./hold.child.ts', import.meta.url));
  const node = process.execPath;

  test('a read-only directory, with and without a database in it', () => {
    const path = filled();
    const folder = join(path, '..');
    const empty = join(place(), '..');
    const readOnly = (at: string): string => `mount --bind '${at}' '${at}' && mount -o remount,ro,bind '${at}' && `;
    expect(inNamespace(`${readOnly(folder)} '${node}' '${child}' '${path}' < /dev/null`)).toBe('unwritable\n');
    expect(inNamespace(`${readOnly(empty)} '${node}' '${child}' '${empty}/signet.db' < /dev/null`)).toBe('unwritable\n');
    expect(existsSync(join(empty, 'signet.db'))).toBe(false);
    expect(refusal(path)).toBe('ok');
  });

  test('no room for a new database', () => {
    const folder = join(place(), '..');
    const script = `mount -t tmpfs -o size=4k tmpfs '${folder}' && '${node}' '${child}' '${folder}/signet.db' < /dev/null`;
    expect(inNamespace(script)).toBe('full\n');
  });

  test('a disk that fills up: no PIN is presented, nothing is lost, and it goes on when there is room again', () => {
    const folder = join(place(), '..');
    const full = fileURLToPath(new URL('./full.child.ts', import.meta.url));
    const told = JSON.parse(
      inNamespace(`mount -t tmpfs -o size=1m tmpfs '${folder}' && '${node}' '${full}' '${folder}'`),
    ) as unknown;
    expect(told).toEqual({
      before: 'pin_incorrect',
      whileFull: 'storage_unavailable',
      failed: true,
      presented: 1,
      after: 'pin_incorrect',
      sound: null,
      atMost: 8,
      spent: 2,
    });
  });
});
