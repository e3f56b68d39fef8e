import type { Database } from './database.ts';

export type Scope = 'status' | 'sign' | 'pin' | 'admin';

export const SCOPES: readonly Scope[] = ['status', 'sign', 'pin', 'admin'];

/** A named local client. Only the SHA-256 of its token is kept. */
export interface ClientRow {
  name: string;
  tokenHash: string;
  scopes: Scope[];
  createdAt: string;
  lastUsedAt: string | null;
}

/** The named clients that the person made with `signet clients add`. */
export class Clients {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): ClientRow[] {
    return this.#db.all('SELECT * FROM clients ORDER BY name').map((row) => ({
      name: String(row.name),
      tokenHash: String(row.token_hash),
      scopes: String(row.scopes).split(' ') as Scope[],
      createdAt: String(row.created_at),
      lastUsedAt: row.last_used_at === null ? null : String(row.last_used_at),
    }));
  }

  /** Adds a client. Returns false when the name is taken. */
  add(name: string, tokenHash: string, scopes: readonly Scope[], createdAt: string): boolean {
    const { changes } = this.#db.run(
      'INSERT INTO clients (name, token_hash, scopes, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      name,
      tokenHash,
      scopes.join(' '),
      createdAt,
    );
    return changes === 1;
  }

  /** Notes when a client was last seen. */
  touch(name: string, at: string): void {
    this.#db.run('UPDATE clients SET last_used_at = ? WHERE name = ?', at, name);
  }

  /** Removes a client. Returns false when there was none of that name. */
  remove(name: string): boolean {
    return this.#db.run('DELETE FROM clients WHERE name = ?', name).changes === 1;
  }
}
