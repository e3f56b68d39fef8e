import type { ExpiryNotices } from '../store/index.ts';
import type { EventHub } from '../tokens/index.ts';

const DAY = 86_400_000;
/** Days before its end at which a certificate is first spoken of when its issuer's procedure does not tell. */
const USUAL_WINDOW = 30;
/** Days before its end at which no issuer renews yet: until then no procedure has to be read. */
const FAR = 400;

/** What is told of a certificate's end, each once. `window_open`: its issuer renews it from now on. */
export const THRESHOLDS = ['window_open', 'seven_days', 'one_day', 'expired'] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** A certificate with a private key, as far as its end matters. */
export interface Ending {
  tokenId: string;
  label: string;
  /** Hex. */
  sha256: string;
  subject: string;
  issuer: string;
  /** ISO 8601. */
  notAfter: string;
}

export interface ExpiryWatchOptions {
  notices: ExpiryNotices;
  events: Pick<EventHub, 'publish'>;
  /** Days before the end from which an issuer renews, by its distinguished name; null where nobody tells. */
  renewalOpens(issuerDn: string): number | null;
  now?: () => Date;
}

/**
 * Tells when certificates come to their end: `certificate.expiring`, once for each certificate and threshold, over restarts. It is
 * shown what was listed; it asks no token for anything, so it can neither log in nor spend a try.
 */
export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions;
  readonly #now: () => Date;

  constructor(options: ExpiryWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** Takes in certificates that were just listed. Throws StoreFailure; what could not be noted is told another time. */
  look(certificates: readonly Ending[]): void {
    for (const certificate of certificates) {
      if (replacedBy(certificate, certificates)) continue;
      const threshold = this.#mark(certificate);
      if (threshold !== null) this.#tell(certificate, threshold);
    }
  }

  /** Notes every threshold that has been passed; returns the latest if it is new: one first seen late is told of once. */
  #mark({ sha256, issuer, notAfter }: Ending): Threshold | null {
    const now = this.#now();
    const left = Date.parse(notAfter) - now.getTime();
    if (left > FAR * DAY) return null;
    const days = { window_open: this.#options.renewalOpens(issuer) ?? USUAL_WINDOW, seven_days: 7, one_day: 1, expired: 0 };
    // The one that came last is told; where an issuer's window is short, that may be its opening.
    const passed = THRESHOLDS.filter((threshold) => left <= days[threshold] * DAY).sort((a, b) => days[b] - days[a]);
    if (passed.length === 0) return null;
    return this.#options.notices.transaction(() => {
      const fresh = passed.filter((threshold) => this.#options.notices.mark(sha256, threshold, now.toISOString()));
      const last = passed.at(-1) ?? null;
      return last !== null && fresh.includes(last) ? last : null;
    });
  }

  #tell({ tokenId, label, sha256, subject, notAfter }: Ending, threshold: Threshold): void {
    const daysLeft = Math.floor((Date.parse(notAfter) - this.#now().getTime()) / DAY);
    this.#options.events.publish('certificate.expiring', { tokenId, label, sha256, subject, notAfter, threshold, daysLeft });
  }
}

/** Somebody who has the next certificate already need not hear of the end of the one before. */
function replacedBy(one: Ending, all: readonly Ending[]): boolean {
  return all.some(({ subject, issuer, notAfter }) => subject === one.subject && issuer === one.issuer && notAfter > one.notAfter);
}
