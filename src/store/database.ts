import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isStoreError, StoreFailure, storeFailure } from './failure.ts';
import { MIGRATIONS } from './migrations.ts';

/** What can be bound to a statement. Bytes come back as Uint8Array. */
export type SqlValue = string | number | null | Uint8Array;

/**
 * The one SQLite database. Held exclusively for the daemon's life, so that a second daemon on the same state directory is
 * refused by the file lock and a crash leaves nothing to clean up.
 */
export class Database {
  readonly path: string;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(path: string, sqlite: DatabaseSync) {
    this.path = path;
    this.#sqlite = sqlite;
  }

  /**
   * Opens or creates the database at `path` (":memory:" for tests), readable by its owner only, and brings its schema up to
   * date. One that is corrupt, of a newer program or of another one is left as it is, byte for byte. Throws StoreFailure.
   */
  static open(path: string): Database {
    let sqlite: DatabaseSync | undefined;
    try {
      if (path !== ':memory:') prepareFile(path);
      sqlite = new DatabaseSync(path);
      sqlite.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2000; PRAGMA secure_delete = ON;',
      );
      sqlite.exec('BEGIN IMMEDIATE; COMMIT;');
      migrate(sqlite);
      return new Database(path, sqlite);
    } catch (error) {
      sqlite?.close();
      throw storeFailure(error, path);
    }
  }

  /** Runs one statement, prepared once. Values are bound, never spliced. Returns the rows. */
  all(sql: string, ...values: SqlValue[]): Record<string, unknown>[] {
    return this.#guarded(() => this.#prepare(sql).all(...values) as Record<string, unknown>[]);
  }

  /** The rows one by one, for a table that may be long. No other statement of the same text may run meanwhile. */
  *each(sql: string, ...values: SqlValue[]): Generator<Record<string, unknown>> {
    const rows = this.#guarded(() => this.#prepare(sql).iterate(...values)) as Iterator<Record<string, unknown>>;
    try {
      for (let next = this.#guarded(() => rows.next()); next.done !== true; next = this.#guarded(() => rows.next()))
        yield next.value;
    } finally {
      rows.return?.();
    }
  }

  get(sql: string, ...values: SqlValue[]): Record<string, unknown> | undefined {
    return this.#guarded(() => this.#prepare(sql).get(...values) as Record<string, unknown> | undefined);
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; lastRow: number } {
    return this.#guarded(() => {
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
      return { changes: Number(changes), lastRow: Number(lastInsertRowid) };
    });
  }

  /**
   * Runs `work` in one transaction. `durable` has it on disk before this returns (a PIN attempt); otherwise the operating
   * system holds it, which a crash of the daemon cannot undo but a power cut within its last moments can (signature audit).
   */
  transaction<T>(durable: boolean, work: () => T): T {
    return this.#guarded(() => {
      if (durable) this.#sqlite.exec('PRAGMA synchronous = FULL');
      try {
        this.#sqlite.exec('BEGIN IMMEDIATE');
        const result = work();
        this.#sqlite.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#sqlite.isOpen && this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
        throw error;
      } finally {
        if (durable && this.#sqlite.isOpen) this.#sqlite.exec('PRAGMA synchronous = NORMAL');
      }
    });
  }

  /**
   * After something was deleted for good: moves the log into the database and empties it, because older pages stay readable in it
   * until then. Deleted content itself is overwritten with zeros (`secure_delete`).
   */
  scrub(): void {
    try {
      this.#guarded(() => this.#sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    } catch (error) {
      // What was to be deleted is deleted; the next checkpoint, or closing, empties the log.
      if (!(error instanceof StoreFailure)) throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // Only the store's own failures are translated; a refusal thrown inside a transaction passes as it is.
      if (isStoreError(error)) throw storeFailure(error, this.path);
      throw error;
    }
  }
}

/** Makes the file before SQLite does, which would give it and its log the umask's mode; or checks the one that is there. */
function prepareFile(path: string): void {
  if (!existsSync(path)) makeFile(path);
  if (statSync(path).size === 0) throw new StoreFailure('corrupt', path, 'the file is empty');
  inspect(path);
}

/**
 * A new database comes into its place whole and only where none is: an empty file there is one that has lost what it held, and not
 * one that was just begun.
 */
function makeFile(path: string): void {
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  closeSync(openSync(fresh, 'ax', 0o600));
  try {
    const sqlite = new DatabaseSync(fresh);
    try {
      // On the disk in one go, below: nobody has anything to lose in it before.
      sqlite.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
      migrate(sqlite);
    } finally {
      sqlite.close();
    }
    const file = openSync(fresh, 'r+');
    fsyncSync(file);
    closeSync(file);
    place(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Another daemon that starts at the same time may have been first: a link, unlike a renaming, leaves its file alone. */
function place(fresh: string, path: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    // A file system without links.
    renameSync(fresh, path);
  }
}

/** Reads an existing database through a connection that cannot write, because opening one for writing may already change it. */
function inspect(path: string): void {
  const beside = [`${path}-shm`, `${path}-wal`].filter((file) => !existsSync(file));
  const sqlite = new DatabaseSync(path, { readOnly: true });
  try {
    const row = sqlite.prepare('PRAGMA quick_check(1)').get();
    if (row?.quick_check !== 'ok') throw new StoreFailure('corrupt', path, 'the database fails its integrity check');
    const version = versionOf(sqlite);
    if (version > MIGRATIONS.length) {
      throw new StoreFailure('newer', path, `the database has schema ${version}, this program knows ${MIGRATIONS.length}`);
    }
    const tables = Number(sqlite.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
    if (version === 0 && tables > 0) throw new StoreFailure('corrupt', path, 'the file is a database of another program');
  } finally {
    sqlite.close();
    // SQLite leaves both behind, empty of anything of ours, because this connection may not write.
    for (const file of beside) rmSync(file, { force: true });
  }
  for (const file of [path, `${path}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
}

function versionOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

function migrate(sqlite: DatabaseSync): void {
  const version = versionOf(sqlite);
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    sqlite.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
