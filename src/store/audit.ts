import { hash } from 'node:crypto';
import type { Database } from './database.ts';

/** Who asked for what, with which outcome. `detail` holds algorithm, counts and the like; never data, digests or secrets. */
export interface AuditEntry {
  caller: string;
  action: string;
  outcome: string;
  token?: string;
  credential?: string;
  detail?: Record<string, string | number | boolean>;
}

export interface AuditRow extends AuditEntry {
  seq: number;
  at: string;
  chain: string;
}

/** Longest that a signature's entry waits for company before it is committed, in milliseconds. */
const COMMIT_AFTER = 80;
const COMMIT_AT = 2_000;
/** After a failed commit the next is tried this much later, in milliseconds, if nothing asks for it before. */
const RETRY_AFTER = 1_000;

/**
 * The audit trail. Rows are numbered without gaps and chained: each holds the SHA-256 of the row before and of itself, so
 * that a removed or altered row shows. Signatures are committed in groups, anything about a PIN at once.
 */
export class Audit {
  readonly #db: Database;
  readonly #now: () => Date;
  readonly #onFailure: (error: unknown) => void;
  #waiting: (AuditEntry & { at: string })[] = [];
  #timer: NodeJS.Timeout | null = null;
  #chain: string;
  #failed: unknown = null;

  constructor(db: Database, options: { now?: () => Date; onFailure?: (error: unknown) => void } = {}) {
    this.#db = db;
    this.#now = options.now ?? (() => new Date());
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#chain = String(db.get('SELECT chain FROM audit ORDER BY seq DESC LIMIT 1')?.chain ?? '');
  }

  /** The failure of the last commit, while it lasts: nothing that must be audited may begin then. */
  get failure(): unknown {
    if (this.#failed !== null) this.flush();
    return this.#failed;
  }

  /** Queues an entry; it is committed at most 100 ms later. */
  add(entry: AuditEntry): void {
    this.#waiting.push({ ...entry, at: this.#now().toISOString() });
    if (this.#waiting.length >= COMMIT_AT) this.flush();
    else if (this.#timer === null) this.#timer = setTimeout(() => this.flush(), COMMIT_AFTER);
  }

  /** Queues an entry and commits everything that waits. */
  addNow(entry: AuditEntry): void {
    this.add(entry);
    this.flush();
  }

  /** Commits what waits. A failure is kept and told; the entries stay queued for the next try. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) {
      this.#failed = null;
      return;
    }
    const before = this.#chain;
    try {
      this.#db.transaction(false, () => {
        for (const entry of this.#waiting) this.#insert(entry);
      });
      this.#waiting = [];
      this.#failed = null;
    } catch (error) {
      this.#chain = before;
      const first = this.#failed === null;
      this.#failed = error;
      this.#timer = setTimeout(() => this.flush(), RETRY_AFTER);
      this.#timer.unref();
      if (first) this.#onFailure(error);
    }
  }

  /** The newest rows below `before` (a seq), newest first. */
  list(options: { limit: number; before?: number }): AuditRow[] {
    this.flush();
    return this.#db
      .all(
        'SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?',
        options.before ?? Number.MAX_SAFE_INTEGER,
        options.limit,
      )
      .map(rowOf);
  }

  /** The first seq at which numbering or chain break, or null when the whole trail is sound. */
  firstBreak(): number | null {
    this.flush();
    let chain = '';
    let expected = 1;
    for (const raw of this.#db.each('SELECT * FROM audit ORDER BY seq')) {
      if (Number(raw.seq) !== expected) return expected;
      const row = readable(raw);
      chain = row === null ? '' : link(chain, row.at, row);
      if (row?.chain !== chain) return expected;
      expected += 1;
    }
    // Rows cut off the end leave the chain sound; the numbering remembers that they were given out.
    const given = Number(this.#db.get("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")?.seq ?? 0);
    return given >= expected ? expected : null;
  }

  #insert(entry: AuditEntry & { at: string }): void {
    const next = link(this.#chain, entry.at, entry);
    this.#db.run(
      'INSERT INTO audit (at, caller, action, outcome, token, credential, detail, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      entry.at,
      entry.caller,
      entry.action,
      entry.outcome,
      entry.token ?? null,
      entry.credential ?? null,
      JSON.stringify(entry.detail ?? {}),
      next,
    );
    this.#chain = next;
  }
}

function link(chain: string, at: string, entry: AuditEntry): string {
  const { caller, action, outcome, token, credential, detail } = entry;
  const text = JSON.stringify([chain, at, caller, action, outcome, token ?? null, credential ?? null, detail ?? {}]);
  return hash('sha256', text, 'base64url');
}

function readable(raw: Record<string, unknown>): AuditRow | null {
  try {
    return rowOf(raw);
  } catch {
    return null;
  }
}

function rowOf(row: Record<string, unknown>): AuditRow {
  return {
    seq: Number(row.seq),
    at: String(row.at),
    caller: String(row.caller),
    action: String(row.action),
    outcome: String(row.outcome),
    ...(row.token === null ? {} : { token: String(row.token) }),
    ...(row.credential === null ? {} : { credential: String(row.credential) }),
    detail: JSON.parse(String(row.detail)) as Record<string, string | number | boolean>,
    chain: String(row.chain),
  };
}
