/**
 * The database's history. A step is never edited once released; `user_version` tells how many have run. Times are ISO 8601
 * UTC. No column ever holds a PIN, nor anything derived from one.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL,
    card TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    caller TEXT NOT NULL,
    started_at TEXT NOT NULL,
    state_before TEXT NOT NULL,
    doubted INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    rv TEXT,
    ended_at TEXT
  ) STRICT;
  CREATE INDEX attempts_card ON attempts (card, kind, seq);
  CREATE INDEX attempts_identity ON attempts (identity, kind, seq);
  CREATE INDEX attempts_open ON attempts (id) WHERE outcome IS NULL;
  CREATE TABLE counters (
    identity TEXT NOT NULL,
    kind TEXT NOT NULL,
    reset_seq INTEGER NOT NULL DEFAULT 0,
    proven INTEGER NOT NULL DEFAULT 0,
    locked INTEGER NOT NULL DEFAULT 0,
    doubted INTEGER NOT NULL DEFAULT 0,
    ceiling INTEGER,
    ceiling_seq INTEGER NOT NULL DEFAULT 0,
    last_flags INTEGER,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (identity, kind)
  ) STRICT;
  CREATE TABLE flag_reports (
    driver TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    moved INTEGER NOT NULL DEFAULT 0,
    still INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (driver, model, kind)
  ) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    caller TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    token TEXT,
    credential TEXT,
    detail TEXT NOT NULL DEFAULT '{}',
    chain TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  CREATE TABLE clients (
    name TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT
  ) STRICT;
  `,
  `
  CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    head TEXT NOT NULL,
    procedure TEXT NOT NULL,
    opened_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE case_history (
    case_id TEXT NOT NULL REFERENCES cases (id),
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE case_notes (
    case_id TEXT NOT NULL REFERENCES cases (id),
    id INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (case_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE case_files (
    case_id TEXT NOT NULL REFERENCES cases (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    added_at TEXT NOT NULL,
    who TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (case_id, id)
  ) STRICT;
  CREATE TABLE dismissals (
    proposal TEXT PRIMARY KEY,
    at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE expiry_notices (
    certificate TEXT NOT NULL,
    threshold TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (certificate, threshold)
  ) STRICT, WITHOUT ROWID;
  `,
  'ALTER TABLE case_files ADD COLUMN step_id TEXT',
  `
  CREATE TABLE origins (
    origin TEXT PRIMARY KEY,
    rights TEXT NOT NULL,
    via TEXT NOT NULL,
    paired_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    last_used_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE origin_certificates (
    origin TEXT NOT NULL REFERENCES origins (origin),
    sha256 TEXT NOT NULL,
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (origin, sha256)
  ) STRICT, WITHOUT ROWID;
  `,
];
