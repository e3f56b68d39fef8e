import type { Origins } from '../access/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Dialog } from '../prompt/index.ts';
import type { Credential, Tokens } from '../tokens/index.ts';
import { type Acts, outcomeOf } from './acts.ts';
import { certificateCard, printOf } from './cards.ts';
import { type Accepts, fitting, isForSigning, type Purpose } from './fitting.ts';
import { Shown } from './shown.ts';
import { askerOf, type Site } from './site.ts';

/** How long a certificate is remembered, in days. */
const REMEMBER_DAYS = 90;

interface Rooms {
  origins: Origins;
  tokens: Tokens;
}

/** Which certificates a site gets to see: those that the person chose for it, now or for some time. */
export class Choice {
  readonly #rooms: Rooms;
  readonly #acts: Acts;
  readonly #now: () => number;
  readonly #shown: Shown;

  constructor(rooms: Rooms, acts: Acts, now: () => number) {
    this.#rooms = rooms;
    this.#acts = acts;
    this.#now = now;
    this.#shown = new Shown(now);
  }

  /** What is plugged in and fits, in the order of the tokens. Throws `no_certificate`. */
  async fitting(purpose: Purpose, accepts: Accepts | undefined): Promise<Credential[]> {
    return fitting(await this.#rooms.tokens.credentials(), purpose, this.#now(), accepts);
  }

  /** The one of them that the person had remembered for the site; null where that is none, or several. */
  remembered({ origin }: Site, candidates: readonly Credential[]): Credential | null {
    const [only, another] = candidates.filter(({ certificate }) =>
      this.#rooms.origins.remembers(origin, printOf(certificate.der)),
    );
    return another === undefined ? (only ?? null) : null;
  }

  /** Asks which certificate to show, and whether to remember it. Throws what the prompt ends with. */
  toShow(dialog: Dialog, site: Site, purpose: Purpose, candidates: readonly Credential[]): Promise<Credential> {
    return this.#ask(dialog, site, purpose, candidates, REMEMBER_DAYS);
  }

  /** Asks which certificate to use, where there is a choice. Throws what the prompt ends with. */
  async toUse(dialog: Dialog, site: Site, purpose: Purpose, candidates: readonly Credential[]): Promise<Credential> {
    return onlyOne(candidates) ?? this.#ask(dialog, site, purpose, candidates, null);
  }

  /** Notes that the site has seen a credential's certificate. */
  show(site: Site, credential: Credential): Credential {
    this.#shown.add(site.origin, printOf(credential.certificate.der));
    return credential;
  }

  /** Forgets what an origin was shown. */
  forget(origin: string): void {
    this.#shown.forget(origin);
  }

  /**
   * A credential to sign with that the site was shown, by its id or its certificate's DER. Throws `credential_not_found`, for one
   * that is there but was not shown as well: a site learns nothing by guessing; and `no_certificate` (variant `usage`) for one
   * that its card has for logging in only.
   */
  async find(site: Site, by: { credentialId: string } | { certificate: Buffer }): Promise<Credential> {
    const wanted = (credential: Credential): boolean =>
      'credentialId' in by ? credential.id === by.credentialId : credential.certificate.der.equals(by.certificate);
    const all = await this.#rooms.tokens.credentials();
    const found = all.find(wanted);
    if (found === undefined || !this.#wasShown(site, found)) throw new SignetError('credential_not_found');
    if (!isForSigning(found, all)) throw new SignetError('no_certificate', { variant: 'usage' });
    return found;
  }

  async #ask(
    dialog: Dialog,
    site: Site,
    purpose: Purpose,
    candidates: readonly Credential[],
    rememberDays: number | null,
  ): Promise<Credential> {
    const now = this.#now();
    const cards = candidates.map((credential) => certificateCard(credential, now));
    try {
      const asker = askerOf(site);
      const answer = await dialog.ask({ kind: 'certificate', asker, purpose, candidates: cards, rememberDays });
      const chosen = candidates.find(({ id }) => id === answer.credentialId);
      if (chosen === undefined) throw new SignetError('credential_not_found');
      if (answer.remember && rememberDays !== null) this.#remember(site, chosen, rememberDays);
      this.#acts.record(site, 'site.certificate', 'ok', chosen);
      return this.show(site, chosen);
    } catch (error) {
      this.#acts.record(site, 'site.certificate', outcomeOf(error), null);
      throw error;
    }
  }

  #remember(site: Site, { certificate: { der, facts } }: Credential, days: number): void {
    const holder = facts.subjectCommonName ?? facts.subject;
    this.#rooms.origins.remember(site.origin, { sha256: printOf(der), holder }, days);
  }

  #wasShown({ origin }: Site, { certificate: { der } }: Credential): boolean {
    const print = printOf(der);
    return this.#shown.has(origin, print) || this.#rooms.origins.remembers(origin, print);
  }
}

/** The only one of several; null when there is a choice, or nothing. */
export function onlyOne<T>([only, ...others]: readonly T[]): T | null {
  return others.length === 0 ? (only ?? null) : null;
}
