import type { Database } from './database.ts';

/** Which certificates' ends have been told of, so that nobody is told twice, not even after a restart. */
export class ExpiryNotices {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Notes that a threshold of a certificate (by its SHA-256, hex) is told. Returns false when it was before. */
  mark(certificate: string, threshold: string, at: string): boolean {
    return (
      this.#db.run(
        'INSERT INTO expiry_notices (certificate, threshold, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        certificate,
        threshold,
        at,
      ).changes === 1
    );
  }

  /** Runs `work` so that either all or none of its marks are kept. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(false, work);
  }
}
