import type { Database } from './database.ts';

/** A case without its history, notes and files. `head` and `procedure` are JSON that the store does not look into. */
export interface CaseRow {
  id: string;
  version: number;
  state: string;
  head: string;
  procedure: string;
  openedAt: string;
}

export interface CaseHistoryRow {
  seq: number;
  at: string;
  who: string;
  what: string;
  detail: Record<string, string>;
}

export interface CaseNoteRow {
  id: number;
  at: string;
  who: string;
  text: string;
}

export interface CaseFileRow {
  id: string;
  name: string;
  type: string;
  stepId: string | null;
  size: number;
  sha256: string;
  addedAt: string;
  who: string;
}

const FACTS = 'id, name, type, step_id, size, sha256, added_at, who';

/** The tables of cases: rows in and out, without a rule of what may follow what. */
export class CaseStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Runs `work` in one transaction that is on disk before this returns. Throws StoreFailure; nothing is changed then. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(true, work);
  }

  insert(row: CaseRow): void {
    this.#db.run(
      'INSERT INTO cases (id, version, state, head, procedure, opened_at) VALUES (?, ?, ?, ?, ?, ?)',
      row.id,
      row.version,
      row.state,
      row.head,
      row.procedure,
      row.openedAt,
    );
  }

  /** Replaces what may change of a case, if it still has the version `seen`. Returns whether it had. */
  update(row: Pick<CaseRow, 'id' | 'version' | 'state' | 'head'>, seen: number): boolean {
    const { id, version, state, head } = row;
    return (
      this.#db.run(
        'UPDATE cases SET version = ?, state = ?, head = ? WHERE id = ? AND version = ?',
        version,
        state,
        head,
        id,
        seen,
      ).changes === 1
    );
  }

  get(id: string): CaseRow | undefined {
    const row = this.#db.get('SELECT * FROM cases WHERE id = ?', id);
    return row === undefined ? undefined : caseOf(row);
  }

  /** Newest first. */
  list(state?: string): CaseRow[] {
    return (
      state === undefined
        ? this.#db.all('SELECT * FROM cases ORDER BY opened_at DESC, id')
        : this.#db.all('SELECT * FROM cases WHERE state = ? ORDER BY opened_at DESC, id', state)
    ).map(caseOf);
  }

  /** Removes everything of a case; its content is overwritten. Returns false when there was none. */
  remove(id: string): boolean {
    const removed = this.transaction(() => {
      for (const table of ['case_history', 'case_notes', 'case_files'])
        this.#db.run(`DELETE FROM ${table} WHERE case_id = ?`, id);
      return this.#db.run('DELETE FROM cases WHERE id = ?', id).changes === 1;
    });
    this.#db.scrub();
    return removed;
  }

  history(id: string): CaseHistoryRow[] {
    return this.#db.all('SELECT * FROM case_history WHERE case_id = ? ORDER BY seq', id).map((row) => ({
      seq: Number(row.seq),
      at: String(row.at),
      who: String(row.who),
      what: String(row.what),
      detail: JSON.parse(String(row.detail)) as Record<string, string>,
    }));
  }

  addHistory(id: string, { seq, at, who, what, detail }: CaseHistoryRow): void {
    this.#db.run(
      'INSERT INTO case_history (case_id, seq, at, who, what, detail) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      seq,
      at,
      who,
      what,
      JSON.stringify(detail),
    );
  }

  notes(id: string): CaseNoteRow[] {
    return this.#db.all('SELECT * FROM case_notes WHERE case_id = ? ORDER BY id', id).map((row) => ({
      id: Number(row.id),
      at: String(row.at),
      who: String(row.who),
      text: String(row.text),
    }));
  }

  addNote(caseId: string, { id, at, who, text }: CaseNoteRow): void {
    this.#db.run('INSERT INTO case_notes (case_id, id, at, who, text) VALUES (?, ?, ?, ?, ?)', caseId, id, at, who, text);
  }

  /** The files of a case without their bytes, in the order in which they came. */
  files(id: string): CaseFileRow[] {
    return this.#db.all(`SELECT ${FACTS} FROM case_files WHERE case_id = ? ORDER BY rowid`, id).map(fileOf);
  }

  bytes(caseId: string, fileId: string): Uint8Array | undefined {
    const row = this.#db.get('SELECT bytes FROM case_files WHERE case_id = ? AND id = ?', caseId, fileId);
    return row?.bytes instanceof Uint8Array ? row.bytes : undefined;
  }

  addFile(caseId: string, { id, name, type, stepId, size, sha256, addedAt, who }: CaseFileRow, bytes: Uint8Array): void {
    this.#db.run(
      `INSERT INTO case_files (case_id, ${FACTS}, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      caseId,
      id,
      name,
      type,
      stepId,
      size,
      sha256,
      addedAt,
      who,
      bytes,
    );
  }

  removeFile(caseId: string, fileId: string): boolean {
    return this.#db.run('DELETE FROM case_files WHERE case_id = ? AND id = ?', caseId, fileId).changes === 1;
  }

  /** Overwrites what deleted files left in the database's log. */
  scrub(): void {
    this.#db.scrub();
  }

  /** Keeps that somebody does not want this proposal. */
  dismiss(proposal: string, at: string): void {
    this.#db.run('INSERT INTO dismissals (proposal, at) VALUES (?, ?) ON CONFLICT DO NOTHING', proposal, at);
  }

  /** What was dismissed is proposed again. */
  recall(proposal: string): boolean {
    return this.#db.run('DELETE FROM dismissals WHERE proposal = ?', proposal).changes === 1;
  }

  isDismissed(proposal: string): boolean {
    return this.#db.get('SELECT 1 FROM dismissals WHERE proposal = ?', proposal) !== undefined;
  }
}

function caseOf(row: Record<string, unknown>): CaseRow {
  return {
    id: String(row.id),
    version: Number(row.version),
    state: String(row.state),
    head: String(row.head),
    procedure: String(row.procedure),
    openedAt: String(row.opened_at),
  };
}

function fileOf(row: Record<string, unknown>): CaseFileRow {
  return {
    id: String(row.id),
    name: String(row.name),
    type: String(row.type),
    stepId: row.step_id == null ? null : String(row.step_id),
    size: Number(row.size),
    sha256: String(row.sha256),
    addedAt: String(row.added_at),
    who: String(row.who),
  };
}
