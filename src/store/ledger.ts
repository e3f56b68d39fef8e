import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { StoreFailure } from './failure.ts';

/** Which counter of a token: the user PIN, the SO PIN or PUK, and context-specific logins. */
export type PinKind = 'user' | 'so' | 'context';

/** How an attempt ended. `indeterminate` counts as possibly spent, for ever or until a success. */
export type AttemptOutcome = 'accepted' | 'already_logged_in' | 'rejected' | 'locked' | 'not_attempted' | 'indeterminate';

/**
 * Whose tries are counted. `card` is the identity itself, except for drivers whose slots spend tries from one counter: there
 * the slots of one card share it, and a failure through one is held against the others too.
 */
export interface Account {
  readonly identity: string;
  readonly card: string;
}

/** What the ledger holds of one counter since the last observed success or unblock. */
export interface LedgerCount {
  /** Attempts that the token rejected, through this counter or one that may be the same on the card. */
  rejected: number;
  /** Attempts whose end nobody saw, those still open included. */
  indeterminate: number;
  /** A success or unblock was observed and nothing since hints at use from outside: the count is exact, not just an upper bound. */
  proven: boolean;
  /** The token said "locked", by flag or by CKR_PIN_LOCKED. */
  locked: boolean;
  /** A lock that the token may have lost while it was away: nothing is known, and a try needs consent. */
  doubted: boolean;
  /** The most tries that flags seen since the last success leave, less what was spent after; null when none said anything. */
  atMost: number | null;
  /** PIN flags of the token at the last look, to notice use from outside. */
  lastFlags: number | null;
}

/** What is written before a PIN is presented. `atMost` is what the status before promised, or null when it promised nothing. */
export interface AttemptStart extends Account {
  kind: PinKind;
  purpose: 'login' | 'change' | 'unblock' | 'context';
  caller: string;
  stateBefore: string;
  atMost: number | null;
}

/** What an outcome means for the counters. */
export interface AttemptEnd {
  /** False where the counter outlives a right PIN, as a TPM's does. */
  successResets: boolean;
  /** Counters that a success has unblocked. */
  unblocks?: readonly PinKind[];
}

/** What a look at a token's flags told. */
export interface Observation {
  flags: number;
  locked: boolean;
  /** The most tries that these flags leave; null when they say nothing. */
  atMost: number | null;
  /** The flags moved although no attempt of ours did it. */
  outside: boolean;
  /** The token itself has dropped its lock: one try is left, as far as anybody knows. */
  unlocked: boolean;
}

interface Counter {
  resetSeq: number;
  proven: boolean;
  locked: boolean;
  doubted: boolean;
  ceiling: number | null;
  ceilingSeq: number;
  lastFlags: number | null;
}

const EMPTY: Counter = {
  resetSeq: 0,
  proven: false,
  locked: false,
  doubted: false,
  ceiling: null,
  ceilingSeq: 0,
  lastFlags: null,
};

/** Kinds that may be one PIN on the card: a context-specific login mostly asks for the user PIN again. */
const TOGETHER: Readonly<Record<PinKind, readonly [PinKind, PinKind]>> = {
  user: ['user', 'context'],
  context: ['user', 'context'],
  so: ['so', 'so'],
};

/**
 * The write-ahead ledger of PIN attempts. The attempts themselves are the count: those after the last success, of this counter
 * and of every other that may be the same on the card, unless that other one has had its own success since. Throws StoreFailure.
 */
export class Ledger {
  readonly #db: Database;
  readonly #now: () => Date;
  /** Writes that the disk refused; they come before anything else that is presented. */
  #owed: (() => void)[] = [];
  readonly #owedLocks = new Set<string>();
  readonly #owedAway = new Set<string>();

  constructor(db: Database, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * The count of one PIN; open attempts are counted as spent. The token has no flags for context-specific logins: what the
   * user PIN's say holds for them too.
   */
  count(account: Account, kind: PinKind): LedgerCount {
    const counter = this.#stored(account.identity, kind);
    const flagged = kind === 'context' ? this.#stored(account.identity, 'user') : counter;
    const { rejected, indeterminate, later, locked } = this.#spent(account, kind, counter);
    const { lastFlags } = flagged;
    if (counter.doubted) return { rejected, indeterminate, proven: false, locked: false, doubted: true, atMost: null, lastFlags };
    const owed = TOGETHER[kind].some((each) => this.#owedLocks.has(key(account.identity, each)));
    const ceilings = counter.ceiling === null ? [] : [counter.ceiling - later];
    if (flagged !== counter && flagged.ceiling !== null)
      ceilings.push(flagged.ceiling - this.#spent(account, kind, flagged).later);
    return {
      rejected,
      indeterminate,
      proven: counter.proven && !this.#owedAway.has(account.identity),
      locked: counter.locked || flagged.locked || locked || owed,
      doubted: false,
      atMost: ceilings.length === 0 ? null : Math.max(0, Math.min(...ceilings)),
      lastFlags,
    };
  }

  /** Writes the attempt ahead of its presentation, on disk before it returns. Returns its id. */
  begin(start: AttemptStart): string {
    const id = randomUUID();
    const { identity, card, kind } = start;
    this.#db.transaction(true, () => {
      for (const write of this.#owed) write();
      const before = this.#stored(identity, kind);
      const { lastRow: seq } = this.#db.run(
        'INSERT INTO attempts (id, identity, card, kind, purpose, caller, started_at, state_before, doubted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        id,
        identity,
        card,
        kind,
        start.purpose,
        start.caller,
        this.#stamp(),
        start.stateBefore,
        before.doubted ? 1 : 0,
      );
      const after = { ...before, doubted: false };
      // What was promised before holds less one, even if whatever promised it says something else afterwards.
      if (start.atMost !== null) Object.assign(after, { ceiling: start.atMost, ceilingSeq: seq - 1 });
      this.#write(identity, kind, after);
    });
    this.#owed = [];
    this.#owedLocks.clear();
    this.#owedAway.clear();
    return id;
  }

  /**
   * Writes the outcome and moves the counters in the same transaction. Returns false when the disk would not take it: the
   * attempt then stays open, which counts as spent, and the outcome is written before the next attempt begins.
   */
  end(id: string, outcome: AttemptOutcome, rv: string | null, options: AttemptEnd): boolean {
    try {
      this.#db.transaction(true, () => this.#close(id, outcome, rv, options, false));
      return true;
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      const row = this.#reread(id);
      if (outcome === 'locked' && row !== null) this.#owedLocks.add(key(row.identity, row.kind));
      this.#owed.push(() => this.#close(id, outcome, rv, options, true));
      return false;
    }
  }

  /** What a look at the flags of the user PIN or the SO PIN told. A sign of use from outside ends the count's proof. */
  observe(account: Account, kind: 'user' | 'so', seen: Observation): void {
    const before = this.#stored(account.identity, kind);
    const after: Counter = {
      ...before,
      lastFlags: seen.flags,
      locked: before.locked || seen.locked,
      doubted: before.doubted && !seen.locked,
      proven: before.proven && !seen.outside,
    };
    if (seen.unlocked) {
      const seq = this.#lastSeq();
      Object.assign(after, { locked: false, doubted: false, proven: false, resetSeq: seq, ceiling: 1, ceilingSeq: seq });
    } else if (seen.atMost !== null) {
      const spent = this.#spent(account, kind, before);
      const known = before.ceiling === null ? null : before.ceiling - spent.later;
      if (known === null || seen.atMost < known) Object.assign(after, { ceiling: seen.atMost, ceilingSeq: this.#lastSeq() });
    }
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const weighty = after.locked !== before.locked || after.ceiling !== before.ceiling;
    this.#db.transaction(weighty, () => this.#write(account.identity, kind, after));
  }

  /** A token was away: others may have used it, so that no count of it is exact any more. Never throws for a full disk. */
  returned(identity: string): void {
    const write = (): void => {
      this.#db.run('UPDATE counters SET proven = 0 WHERE identity = ? AND proven = 1', identity);
    };
    try {
      this.#db.transaction(false, write);
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      this.#owedAway.add(identity);
      this.#owed.push(write);
    }
  }

  /**
   * A token that was held for locked may have been unblocked where Signet did not see it. Its count is kept, but promises
   * nothing until the next attempt ends; one that fails brings the lock back.
   */
  doubt(identity: string, kind: PinKind): void {
    const counter = this.#stored(identity, kind);
    if (!counter.doubted)
      this.#db.transaction(true, () => this.#write(identity, kind, { ...counter, doubted: true, proven: false }));
  }

  /** Milliseconds since the epoch at which the last attempt on this PIN began, or null when there was none. */
  lastAttempt(account: Account, kind: PinKind): number | null {
    const row = this.#db.get(
      'SELECT max(started_at) AS at FROM attempts WHERE (card = ? OR identity = ?) AND kind IN (?, ?)',
      account.card,
      account.identity,
      ...TOGETHER[kind],
    );
    return typeof row?.at === 'string' ? Date.parse(row.at) : null;
  }

  /**
   * Attempts that a crash left without outcome are closed as indeterminate, and no count is exact any more, because tokens
   * may have been used while nobody watched. Call once at start. Returns how many attempts were open.
   */
  settle(): number {
    return this.#db.transaction(true, () => {
      this.#db.run('UPDATE counters SET proven = 0 WHERE proven = 1');
      return this.#db.run("UPDATE attempts SET outcome = 'indeterminate', ended_at = ? WHERE outcome IS NULL", this.#stamp())
        .changes;
    });
  }

  /** Notes whether a token's flags moved after a failure that we saw, by driver, model and kind. */
  noteFlags(driver: string, model: string, kind: PinKind, moved: boolean): void {
    this.#db.transaction(false, () =>
      this.#db.run(
        `INSERT INTO flag_reports (driver, model, kind, moved, still) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET moved = moved + excluded.moved, still = still + excluded.still`,
        driver,
        model,
        kind,
        moved ? 1 : 0,
        moved ? 0 : 1,
      ),
    );
  }

  /** "yes" when flags moved after every failure seen, "no" once they did not, "unproven" before any. */
  flagsReliable(driver: string, model: string, kind: PinKind): 'yes' | 'no' | 'unproven' {
    const row = this.#db.get(
      'SELECT moved, still FROM flag_reports WHERE driver = ? AND model = ? AND kind = ?',
      driver,
      model,
      kind,
    );
    if (row === undefined) return 'unproven';
    return Number(row.still) > 0 ? 'no' : 'yes';
  }

  #close(
    id: string,
    outcome: AttemptOutcome,
    rv: string | null,
    { successResets, unblocks = [] }: AttemptEnd,
    late: boolean,
  ): void {
    const row = this.#db.get('SELECT seq, identity, kind, doubted FROM attempts WHERE id = ? AND outcome IS NULL', id);
    if (row === undefined) return;
    this.#db.run('UPDATE attempts SET outcome = ?, rv = ?, ended_at = ? WHERE id = ?', outcome, rv, this.#stamp(), id);
    const { seq, identity, kind } = { seq: Number(row.seq), identity: String(row.identity), kind: String(row.kind) as PinKind };
    const counter = this.#stored(identity, kind);
    const wasDoubted = row.doubted === 1;
    if (outcome === 'accepted') {
      if (successResets || wasDoubted) this.#write(identity, kind, full(counter, seq, successResets, late));
      else this.#write(identity, kind, { ...counter, locked: false });
      for (const each of unblocks) this.#write(identity, each, full(this.#stored(identity, each), seq, true, late));
    } else if (outcome === 'rejected' || outcome === 'locked' || outcome === 'indeterminate') {
      this.#write(identity, kind, { ...counter, doubted: false, locked: counter.locked || outcome === 'locked' });
    } else if (wasDoubted) {
      this.#write(identity, kind, { ...counter, doubted: true });
    }
  }

  #spent(account: Account, kind: PinKind, { resetSeq, ceilingSeq }: Counter): Spent {
    const row = this.#db.get(
      `SELECT
         coalesce(sum(a.outcome IN ('rejected', 'locked')), 0) AS rejected,
         coalesce(sum(a.outcome IS NULL OR a.outcome = 'indeterminate'), 0) AS indeterminate,
         coalesce(max(a.outcome = 'locked'), 0) AS locked,
         coalesce(sum(a.seq > ?), 0) AS later
       FROM attempts a LEFT JOIN counters c ON c.identity = a.identity AND c.kind = a.kind
       WHERE (a.card = ? OR a.identity = ?) AND a.kind IN (?, ?) AND a.seq > ? AND a.seq > coalesce(c.reset_seq, 0)
         AND (a.outcome IS NULL OR a.outcome IN ('rejected', 'locked', 'indeterminate'))`,
      ceilingSeq,
      account.card,
      account.identity,
      ...TOGETHER[kind],
      resetSeq,
    );
    const [rejected, indeterminate, later] = [Number(row?.rejected), Number(row?.indeterminate), Number(row?.later)];
    return { rejected, indeterminate, later, locked: row?.locked === 1 };
  }

  #reread(id: string): { identity: string; kind: PinKind } | null {
    try {
      const row = this.#db.get('SELECT identity, kind FROM attempts WHERE id = ?', id);
      return row === undefined ? null : { identity: String(row.identity), kind: String(row.kind) as PinKind };
    } catch {
      return null;
    }
  }

  #lastSeq(): number {
    return Number(this.#db.get('SELECT coalesce(max(seq), 0) AS seq FROM attempts')?.seq ?? 0);
  }

  #stored(identity: string, kind: PinKind): Counter {
    const row = this.#db.get('SELECT * FROM counters WHERE identity = ? AND kind = ?', identity, kind);
    if (row === undefined) return EMPTY;
    return {
      resetSeq: Number(row.reset_seq),
      proven: row.proven === 1,
      locked: row.locked === 1,
      doubted: row.doubted === 1,
      ceiling: row.ceiling === null ? null : Number(row.ceiling),
      ceilingSeq: Number(row.ceiling_seq),
      lastFlags: row.last_flags === null ? null : Number(row.last_flags),
    };
  }

  #write(identity: string, kind: PinKind, counter: Counter): void {
    this.#db.run(
      `INSERT INTO counters (identity, kind, reset_seq, proven, locked, doubted, ceiling, ceiling_seq, last_flags, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET reset_seq = excluded.reset_seq, proven = excluded.proven, locked = excluded.locked,
         doubted = excluded.doubted, ceiling = excluded.ceiling, ceiling_seq = excluded.ceiling_seq,
         last_flags = excluded.last_flags, updated_at = excluded.updated_at`,
      identity,
      kind,
      counter.resetSeq,
      counter.proven ? 1 : 0,
      counter.locked ? 1 : 0,
      counter.doubted ? 1 : 0,
      counter.ceiling,
      counter.ceilingSeq,
      counter.lastFlags,
      this.#stamp(),
    );
  }

  #stamp(): string {
    return this.#now().toISOString();
  }
}

interface Spent {
  rejected: number;
  indeterminate: number;
  /** Of both, those after the ceiling was seen. */
  later: number;
  locked: boolean;
}

/** The counter after a success. One that is written late keeps what was seen of the token since. */
function full(counter: Counter, seq: number, proven: boolean, late: boolean): Counter {
  if (!late) return { ...EMPTY, resetSeq: seq, proven, lastFlags: counter.lastFlags };
  const kept = counter.ceilingSeq >= seq ? counter.ceiling : null;
  return { ...counter, resetSeq: seq, proven: false, doubted: false, ceiling: kept };
}

function key(identity: string, kind: PinKind): string {
  return `${kind}#${identity}`;
}
