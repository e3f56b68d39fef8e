import type { Database } from './database.ts';

/** What a site may be allowed to do, in the order that it is always told. */
export const SITE_RIGHTS = ['certificates', 'authenticate', 'sign'] as const;
export type SiteRight = (typeof SITE_RIGHTS)[number];

/** A certificate that may be shown to a site without asking again, by the SHA-256 of its DER in lower-case hex. */
export interface OriginCertificateRow {
  sha256: string;
  holder: string;
  until: string;
}

/** A site that the person has paired. */
export interface OriginRow {
  origin: string;
  rights: SiteRight[];
  /** By which way it came when it was paired. */
  via: string;
  pairedAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  certificates: OriginCertificateRow[];
}

/** The sites that the person has paired, and which certificates each may see. */
export class OriginStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): OriginRow[] {
    const certificates = this.#db.all('SELECT * FROM origin_certificates ORDER BY holder, sha256');
    return this.#db.all('SELECT * FROM origins ORDER BY origin').map((row) => ({
      origin: String(row.origin),
      rights: String(row.rights).split(' ') as SiteRight[],
      via: String(row.via),
      pairedAt: String(row.paired_at),
      expiresAt: String(row.expires_at),
      lastUsedAt: row.last_used_at === null ? null : String(row.last_used_at),
      certificates: certificates
        .filter((each) => each.origin === row.origin)
        .map((each) => ({ sha256: String(each.sha256), holder: String(each.holder), until: String(each.until) })),
    }));
  }

  /** Adds a site, or replaces its rights and dates; certificates and the last use of one that is there stay. */
  put({ origin, rights, via, pairedAt, expiresAt }: Omit<OriginRow, 'certificates' | 'lastUsedAt'>): void {
    this.#db.run(
      `INSERT INTO origins (origin, rights, via, paired_at, expires_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (origin) DO UPDATE SET rights = excluded.rights, via = excluded.via,
         paired_at = excluded.paired_at, expires_at = excluded.expires_at`,
      origin,
      rights.join(' '),
      via,
      pairedAt,
      expiresAt,
    );
  }

  /** Notes when a site was last served. */
  touch(origin: string, at: string): void {
    this.#db.run('UPDATE origins SET last_used_at = ? WHERE origin = ?', at, origin);
  }

  /** Removes a site with all that was remembered for it, so that no name is left readable in the file. */
  remove(origin: string): void {
    this.#db.transaction(false, () => {
      this.#db.run('DELETE FROM origin_certificates WHERE origin = ?', origin);
      this.#db.run('DELETE FROM origins WHERE origin = ?', origin);
    });
    this.#db.scrub();
  }

  /** Remembers a certificate for a site that is there; again replaces its end. */
  remember(origin: string, { sha256, holder, until }: OriginCertificateRow): void {
    this.#db.run(
      `INSERT INTO origin_certificates (origin, sha256, holder, until) VALUES (?, ?, ?, ?)
       ON CONFLICT (origin, sha256) DO UPDATE SET holder = excluded.holder, until = excluded.until`,
      origin,
      sha256,
      holder,
      until,
    );
  }

  forget(origin: string, sha256: string): void {
    this.#db.run('DELETE FROM origin_certificates WHERE origin = ? AND sha256 = ?', origin, sha256);
    this.#db.scrub();
  }
}
