import { SignetError } from '../errors/index.ts';
import { type OriginCertificateRow, type OriginStore, SITE_RIGHTS, type SiteRight } from '../store/index.ts';

export { SITE_RIGHTS, type SiteRight };

/** A site that the person has paired, and what it may do until when. Times are ISO 8601. */
export interface Pairing {
  origin: string;
  rights: SiteRight[];
  pairedAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  via: string;
  /** Those that the site may see without asking again, by the SHA-256 of their DER in lower-case hex. */
  certificates: { sha256: string; holder: string; until: string }[];
}

const DAY = 86_400_000;
const LONGEST_DAYS = 366;
/** How often the last use of a site is written down, in milliseconds. */
const TOUCH_EVERY = 60_000;
/** A timer does not run while the machine sleeps: it looks at the clock this often at least, in milliseconds. */
const LOOK_EVERY = 3_600_000;

/**
 * The sites that the person has paired. Kept in memory and written through, so that asking costs no disk. What takes something
 * away holds from that moment on even when the disk refuses to note it; what gives something holds only once it is noted.
 */
export class Origins {
  readonly #store: OriginStore;
  readonly #now: () => number;
  readonly #pairings: Map<string, Pairing>;
  readonly #touched = new Map<string, number>();
  readonly #watchers = new Set<(origin: string) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: OriginStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
    this.#pairings = new Map(store.list().map((row) => [row.origin, row]));
    this.#sweep();
  }

  /** Every pairing that has not expired, by origin. */
  list(): Pairing[] {
    return [...this.#pairings.keys()]
      .sort()
      .map((origin) => this.get(origin))
      .filter((pairing) => pairing !== null);
  }

  /** The pairing of a canonical origin (see originOf), or null when there is none or it has expired. */
  get(origin: string): Pairing | null {
    const pairing = this.#alive(origin);
    if (pairing === null) return null;
    const certificates = pairing.certificates.filter((each) => this.#ahead(each.until)).map((each) => ({ ...each }));
    return { ...pairing, rights: [...pairing.rights], certificates };
  }

  /**
   * Pairs a site for a number of days (1 to 366), or anew: rights and dates are replaced, remembered certificates stay. Call it
   * only when the person has just said so. Throws `invalid_request`.
   */
  pair(origin: string, rights: readonly SiteRight[], days: number, via: string): Pairing {
    const ordered = inOrder(rights);
    if (ordered.length === 0) throw invalid('rights', 'at least one right');
    if (!Number.isInteger(days) || days < 1 || days > LONGEST_DAYS) throw invalid('days', `1 to ${LONGEST_DAYS} days`);
    const now = this.#now();
    const before = this.#alive(origin);
    // What was remembered for a pairing that is over must not come back with the next.
    if (before === null && this.#pairings.has(origin)) this.#expire(origin);
    const row = { origin, rights: ordered, via, pairedAt: iso(now), expiresAt: iso(now + days * DAY) };
    this.#store.put(row);
    const { lastUsedAt = null, certificates = [] } = before ?? {};
    this.#pairings.set(origin, { ...row, lastUsedAt, certificates });
    this.#changed(origin);
    return this.#found(origin);
  }

  /** Takes rights or time away from a site. Throws `origin_not_found`, or `invalid_request` for what would give it more, or leave nothing. */
  narrow(origin: string, change: { rights?: readonly SiteRight[]; expiresAt?: string }): Pairing {
    const pairing = this.#found(origin);
    const rights = inOrder(change.rights ?? pairing.rights);
    if (rights.length === 0) throw invalid('rights', 'at least one right');
    if (!rights.every((right) => pairing.rights.includes(right))) throw invalid('rights', `among ${pairing.rights.join(', ')}`);
    const until = change.expiresAt === undefined ? Date.parse(pairing.expiresAt) : Date.parse(change.expiresAt);
    if (!(until > this.#now() && until <= Date.parse(pairing.expiresAt)))
      throw invalid('expiresAt', `a time to come, ${pairing.expiresAt} at the latest`);
    const narrowed = { ...pairing, rights, expiresAt: iso(until) };
    this.#pairings.set(origin, narrowed);
    this.#changed(origin);
    this.#store.put(narrowed);
    return this.#found(origin);
  }

  /** Ends a pairing at once. Throws `origin_not_found`. */
  revoke(origin: string): void {
    this.#found(origin);
    this.#pairings.delete(origin);
    this.#touched.delete(origin);
    this.#changed(origin);
    this.#store.remove(origin);
  }

  /** Lets a site see a certificate without asking, for a number of days. Throws `origin_not_found`. */
  remember(origin: string, certificate: { sha256: string; holder: string }, days: number): void {
    const pairing = this.#found(origin);
    const sha256 = certificate.sha256.toLowerCase();
    const row: OriginCertificateRow = { sha256, holder: certificate.holder, until: iso(this.#now() + days * DAY) };
    this.#store.remember(origin, row);
    const others = pairing.certificates.filter((each) => each.sha256 !== sha256);
    this.#pairings.set(origin, { ...pairing, certificates: [...others, row] });
    this.#changed(origin);
  }

  /** True while a certificate (SHA-256 of its DER, hex) may be shown to the site without asking. */
  remembers(origin: string, sha256: string): boolean {
    return this.get(origin)?.certificates.some((each) => each.sha256 === sha256.toLowerCase()) === true;
  }

  /** Has the site ask again before it sees a certificate. Throws `origin_not_found` when nothing of the kind is remembered. */
  forget(origin: string, sha256: string): void {
    const pairing = this.#found(origin);
    const left = pairing.certificates.filter((each) => each.sha256 !== sha256.toLowerCase());
    if (left.length === pairing.certificates.length)
      throw new SignetError('origin_not_found', { variant: 'certificate', params: { origin } });
    this.#pairings.set(origin, { ...pairing, certificates: left });
    this.#changed(origin);
    this.#store.forget(origin, sha256.toLowerCase());
  }

  /** Notes that the site was served just now; on disk once a minute at most. */
  touch(origin: string): void {
    const now = this.#now();
    const pairing = this.#alive(origin);
    if (pairing === null) return;
    pairing.lastUsedAt = iso(now);
    if (now - (this.#touched.get(origin) ?? 0) < TOUCH_EVERY) return;
    this.#touched.set(origin, now);
    try {
      this.#store.touch(origin, iso(now));
    } catch {
      // When it was last here is a convenience: a full disk must not shut a site out.
    }
  }

  /** Calls `run` with the origin after pair, narrow, revoke, remember and forget, and when a pairing has expired. Returns how to stop. */
  onChange(run: (origin: string) => void): () => void {
    this.#watchers.add(run);
    return () => this.#watchers.delete(run);
  }

  #alive(origin: string): Pairing | null {
    const pairing = this.#pairings.get(origin);
    return pairing !== undefined && this.#ahead(pairing.expiresAt) ? pairing : null;
  }

  #found(origin: string): Pairing {
    const pairing = this.get(origin);
    if (pairing === null) throw new SignetError('origin_not_found', { params: { origin } });
    return pairing;
  }

  #ahead(time: string): boolean {
    return Date.parse(time) > this.#now();
  }

  #changed(origin: string): void {
    this.#schedule();
    for (const run of this.#watchers) run(origin);
  }

  #expire(origin: string): void {
    this.#pairings.delete(origin);
    this.#touched.delete(origin);
    try {
      this.#store.remove(origin);
    } catch {
      // It is over by its date all the same, and is removed at the next start.
    }
  }

  #sweep(): void {
    const over = [...this.#pairings.keys()].filter((origin) => this.#alive(origin) === null);
    for (const origin of over) this.#expire(origin);
    this.#schedule();
    for (const origin of over) for (const run of this.#watchers) run(origin);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pairings.size === 0) return;
    const next = Math.min(...[...this.#pairings.values()].map(({ expiresAt }) => Date.parse(expiresAt)));
    this.#timer = setTimeout(() => this.#sweep(), Math.min(LOOK_EVERY, Math.max(1, next - this.#now())));
    this.#timer.unref();
  }
}

function inOrder(rights: readonly SiteRight[]): SiteRight[] {
  return SITE_RIGHTS.filter((right) => rights.includes(right));
}

function invalid(field: string, expected: string): SignetError {
  return new SignetError('invalid_request', { params: { field }, extra: { errors: [{ field: `body.${field}`, expected }] } });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
