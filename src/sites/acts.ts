import type { Origins, Pairing } from '../access/index.ts';
import { SignetError } from '../errors/index.ts';
import { type Dialog, type Prompt, SITE_RIGHTS, type SiteRight } from '../prompt/index.ts';
import type { Audit } from '../store/index.ts';
import type { Credential, Tokens } from '../tokens/index.ts';
import { askerOf, type Site, type SiteCall, type SiteStatus } from './site.ts';

/** How long a pairing lasts, in days, the proposed one first. */
const PAIRING_DAYS = [90, 1, 365] as const;

interface Rooms {
  origins: Origins;
  prompt: Prompt;
  tokens: Tokens;
  audit: Audit;
}

/** What a site may do at all, and the frame of each thing it does: its turn at the person, its end, its entry in the audit trail. */
export class Acts {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  status({ origin }: Site): SiteStatus {
    const pairing = this.#rooms.origins.get(origin);
    return { paired: pairing !== null, rights: pairing?.rights ?? [], expiresAt: pairing?.expiresAt ?? null };
  }

  /**
   * Requires a right. A site that is not paired yet is asked about once and for everything, except a page's own script, which
   * has to ask by name; a right that the person has taken away is not asked for again behind their back.
   */
  async allowed(site: Site, right: SiteRight, call: SiteCall): Promise<void> {
    let { paired, rights } = this.status(site);
    if (!paired && site.via !== 'page') ({ paired, rights } = await this.ask(site, SITE_RIGHTS, call, (status) => status.paired));
    if (!rights.includes(right)) throw new SignetError('origin_not_paired', paired ? { variant: 'right' } : {});
    this.#rooms.origins.touch(site.origin);
  }

  /** Asks for the pairing unless it is `settled`, also by what the person told another request of the site while this one waited. */
  async ask(
    site: Site,
    wants: readonly SiteRight[],
    call: SiteCall,
    settled: (status: SiteStatus) => boolean,
  ): Promise<SiteStatus> {
    if (settled(this.status(site))) return this.status(site);
    await this.turn(site, call, null, async (dialog) => {
      const now = this.status(site);
      if (!settled(now)) await this.#pair(dialog, site, [...new Set([...now.rights, ...wants])]);
    });
    return this.status(site);
  }

  async #pair(dialog: Dialog, site: Site, wants: readonly SiteRight[]): Promise<Pairing> {
    try {
      const { rights, days } = await dialog.ask({ kind: 'pair', asker: askerOf(site), wants, days: PAIRING_DAYS });
      const pairing = this.#rooms.origins.pair(site.origin, rights, days, site.via);
      this.record(site, 'site.pair', 'ok', null, { rights: rights.join(' '), days });
      return pairing;
    } catch (error) {
      this.record(site, 'site.pair', outcomeOf(error), null);
      throw error;
    }
  }

  /** Throws `origin_not_paired` when the right was taken away while the driver worked, and ends a login that came through after that. */
  async requireStill({ signal }: Dialog, site: Site, right: SiteRight): Promise<void> {
    const revoked = signal.reason instanceof SignetError && signal.reason.code === 'origin_not_paired';
    if (!revoked && this.status(site).rights.includes(right)) return;
    await this.#rooms.tokens.endCaller(site.caller);
    throw new SignetError('origin_not_paired', { variant: 'revoked' });
  }

  /** One act of a site, ended when its asker is gone or its pairing taken away. `right` null: to get one. */
  async turn<T>(
    site: Site,
    { signal, language }: SiteCall,
    right: SiteRight | null,
    work: (dialog: Dialog) => Promise<T>,
  ): Promise<T> {
    const watched = this.watch(site, signal);
    try {
      // What was allowed before the tokens were listed may have been taken back since.
      if (right !== null && !this.status(site).rights.includes(right))
        throw new SignetError('origin_not_paired', { variant: 'revoked' });
      return await this.#rooms.prompt.turn({ asker: askerOf(site), signal: watched.signal, language }, work);
    } finally {
      watched.stop();
    }
  }

  /** The asker's signal, aborted as well as soon as a right is taken away that the site has now. */
  watch(site: Site, signal: AbortSignal): { signal: AbortSignal; stop(): void } {
    const ended = new AbortController();
    const gone = (): void => {
      const told = signal.reason instanceof SignetError;
      ended.abort(told ? signal.reason : new SignetError('prompt_cancelled', { variant: 'gone' }));
    };
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
    const before = this.status(site);
    const unwatch = this.#rooms.origins.onChange((origin) => {
      if (origin !== site.origin) return;
      const { rights } = this.status(site);
      if (!before.rights.every((right) => rights.includes(right)))
        ended.abort(new SignetError('origin_not_paired', { variant: 'revoked' }));
    });
    const stop = (): void => {
      unwatch();
      signal.removeEventListener('abort', gone);
    };
    return { signal: ended.signal, stop };
  }

  /** Writes what became of a site's act into the audit trail, at once. */
  record(
    site: Site,
    action: string,
    outcome: string,
    credential: Credential | null,
    detail: Record<string, string | number> = {},
  ): void {
    this.#rooms.audit.addNow({
      caller: site.caller.id,
      action,
      outcome,
      ...(credential === null ? {} : { token: credential.token.id, credential: credential.id }),
      detail: { via: site.via, ...detail },
    });
  }
}

/** How an act ended, for the audit trail. */
export function outcomeOf(error: unknown): string {
  return error instanceof SignetError ? error.code : 'internal_error';
}
