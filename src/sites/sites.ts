import { type Origins, originOf, type Pairing } from '../access/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Language } from '../messages/index.ts';
import {
  type Act,
  type Asker,
  type Dialog,
  type DocumentCard,
  type Prompt,
  SITE_RIGHTS,
  type SiteRight,
  type Way,
} from '../prompt/index.ts';
import { type Algorithm, algorithmFacts, type SignInput, type Signing } from '../signatures/index.ts';
import type { Audit } from '../store/index.ts';
import { type Caller, type Credential, FLAG, type Token, type Tokens } from '../tokens/index.ts';
import { certificateCard, documentCard, printOf } from './cards.ts';
import { type Accepts, fitting, isForSigning, type Purpose } from './fitting.ts';
import { KeyUse } from './key-use.ts';
import { type LoginToken, loginAlgorithm, loginInput } from './login-token.ts';
import { Shown } from './shown.ts';
import type { FindWayOut } from './unlock.ts';
import { Unlock } from './unlock.ts';

/** A web site that asks, by the way it came. Logins, consents and the audit trail are kept per origin. */
export interface Site {
  readonly caller: Caller;
  readonly origin: string;
  readonly via: Way;
}

/** One request of a site. `signal` is aborted when the asker is gone: tab closed, connection lost. */
export interface SiteCall {
  signal: AbortSignal;
  language?: Language | undefined;
}

/** What a site may do here. `expiresAt` ISO 8601; null when not paired. */
export interface SiteStatus {
  paired: boolean;
  rights: readonly SiteRight[];
  expiresAt: string | null;
}

/** Something to sign. Exactly one of `data` and `digest`; `shown` when the person should see another digest than the signed one (CMS). */
export interface SiteDocument {
  algorithm: Algorithm;
  data?: Buffer;
  digest?: Buffer;
  name?: string | null;
  anyCurve?: boolean;
}

export interface SitesOptions {
  origins: Origins;
  prompt: Prompt;
  tokens: Tokens;
  signing: Signing;
  audit: Audit;
  language: Language;
  wayOut: FindWayOut;
  now?: () => number;
}

/** How long a pairing lasts, in days, the proposed one first; and a remembered certificate. */
const PAIRING_DAYS = [90, 1, 365] as const;
const REMEMBER_DAYS = 90;
/** Documents whose names and digests a question carries. */
const SHOWN_DOCUMENTS = 20;

/**
 * What web sites get, and only by the person's consent: pairing, certificates, logins, signatures. The API, the extension and
 * every bridge come through here, so that a site meets the same questions whichever protocol it speaks.
 */
export class Sites {
  readonly #options: SitesOptions;
  readonly #unlock: Unlock;
  readonly #now: () => number;
  readonly #shown: Shown;

  constructor(options: SitesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#unlock = new Unlock(options.tokens, options.wayOut);
    this.#shown = new Shown(this.#now);
    options.origins.onChange((origin) => {
      if (options.origins.get(origin) !== null) return;
      this.#shown.forget(origin);
      // Whoever is paired no more holds no login either.
      void options.tokens.endCaller(callerOf(origin));
    });
  }

  /** The site of an origin. Throws `origin_not_paired` (variant `insecure`) for what can be no site: http, null, a path. */
  site(origin: string, via: Way): Site {
    const canonical = originOf(origin);
    if (canonical === null) throw new SignetError('origin_not_paired', { variant: 'insecure' });
    return { caller: callerOf(canonical), origin: canonical, via };
  }

  status({ origin }: Site): SiteStatus {
    const pairing = this.#options.origins.get(origin);
    return { paired: pairing !== null, rights: pairing?.rights ?? [], expiresAt: pairing?.expiresAt ?? null };
  }

  /** Asks the person to pair the site, unless it has these rights already. Throws what the prompt ends with. */
  async pair(site: Site, wants: readonly SiteRight[], call: SiteCall): Promise<SiteStatus> {
    return this.#paired(site, wants, call, ({ paired, rights }) => paired && wants.every((right) => rights.includes(right)));
  }

  /** A certificate that the person shows to the site. Throws `no_certificate` or what the prompt ends with. */
  async certificate(
    site: Site,
    options: { purpose: Purpose; accepts?: Accepts | undefined },
    call: SiteCall,
  ): Promise<Credential> {
    await this.#allowed(site, 'certificates', call);
    const candidates = await this.#fitting(options.purpose, options.accepts);
    const remembered = candidates.filter(({ certificate }) =>
      this.#options.origins.remembers(site.origin, printOf(certificate.der)),
    );
    const [only, another] = remembered;
    if (only !== undefined && another === undefined) return this.#show(site, only);
    return this.#turn(site, call, 'certificates', (dialog) => this.#choose(dialog, site, options.purpose, candidates, true));
  }

  /**
   * The credential to sign or log in with. Unlike `certificate` it asks only where there is a choice: what follows names the
   * certificate to the person before the site gets to see it. Throws `no_certificate` or what the prompt ends with.
   */
  async choose(site: Site, options: { purpose: Purpose; accepts?: Accepts | undefined }, call: SiteCall): Promise<Credential> {
    const right = options.purpose === 'authenticate' ? 'authenticate' : 'sign';
    await this.#allowed(site, right, call);
    const candidates = await this.#fitting(options.purpose, options.accepts);
    const [only, another] = candidates;
    if (only !== undefined && another === undefined) return only;
    return this.#turn(site, call, right, (dialog) => this.#choose(dialog, site, options.purpose, candidates, false));
  }

  /** The certificates above a credential's own that its token holds, nearest first; DER. */
  async chain({ token, certificate }: Credential): Promise<Buffer[]> {
    const authorities = (await this.#options.tokens.contents(token)).certificates.filter(({ facts }) => facts?.isCa === true);
    const chain: Buffer[] = [];
    let { issuer, subject } = certificate.facts;
    while (issuer !== subject) {
      const above = authorities.find(({ facts, der }) => facts?.subject === issuer && !chain.includes(der));
      if (above?.facts == null) break;
      chain.push(above.der);
      ({ issuer, subject } = above.facts);
    }
    return chain;
  }

  /**
   * A credential to sign with that this site was shown, by its id or its certificate's DER. Throws `credential_not_found`, for one
   * that is there but was not shown as well: a site learns nothing by guessing; and `no_certificate` (variant `usage`) for one
   * that its card has for logging in only.
   */
  async find(site: Site, by: { credentialId: string } | { certificate: Buffer }): Promise<Credential> {
    const wanted = (credential: Credential): boolean =>
      'credentialId' in by ? credential.id === by.credentialId : credential.certificate.der.equals(by.certificate);
    const all = await this.#options.tokens.credentials();
    const found = all.find(wanted);
    if (found === undefined || !this.#wasShown(site, found)) throw new SignetError('credential_not_found');
    if (!isForSigning(found, all)) throw new SignetError('no_certificate', { variant: 'usage' });
    return found;
  }

  /** Logs the person in to the site: a token that its server validates. Asks which certificate when several fit, and for the PIN. */
  async authenticate(
    site: Site,
    { challengeNonce, accepts }: { challengeNonce: string; accepts?: Accepts | undefined },
    call: SiteCall,
  ): Promise<LoginToken> {
    await this.#allowed(site, 'authenticate', call);
    const candidates = await this.#fitting('authenticate', accepts);
    return this.#turn(site, call, 'authenticate', async (dialog) => {
      const credential = await this.#choose(dialog, site, 'authenticate', candidates, false);
      const algorithm = loginAlgorithm(credential);
      const data = loginInput(algorithm, site.origin, challengeNonce);
      const key = await this.#open(dialog, site, credential, { kind: 'authenticate' }, 1, call, 'authenticate');
      const signature = await key.sign({ algorithm, data });
      this.#show(site, credential);
      this.#record(site, 'site.authenticate', 'ok', credential);
      return {
        unverifiedCertificate: credential.certificate.der.toString('base64'),
        algorithm,
        signature: signature.toString('base64'),
        format: 'web-eid:1.0',
        appVersion: 'urn:signet',
      };
    });
  }

  /** Signs documents with a credential that `certificate` or `find` gave; one consent for all. ECDSA is R‖S. In order. */
  async sign(site: Site, credential: Credential, documents: readonly SiteDocument[], call: SiteCall): Promise<Buffer[]> {
    const [first] = documents;
    if (first === undefined) return [];
    // What cannot be made is refused before the person is asked anything.
    for (const document of documents) this.#options.signing.require(credential, inputOf(document));
    const cards = documents.slice(0, SHOWN_DOCUMENTS).map(cardOf);
    return this.withKey(
      site,
      credential,
      { documents: cards, count: documents.length, signatures: documents.length },
      call,
      (key) => {
        const { algorithm, anyCurve = false } = first;
        const digests = documents.map((document) => (document.algorithm === algorithm ? document.digest : undefined));
        const alike = digests.length > 1 && digests.every((digest) => digest !== undefined);
        return alike
          ? key.signBatch(algorithm, digests as Buffer[], anyCurve)
          : inOrder(documents, (each) => key.sign(inputOf(each)));
      },
    );
  }

  /**
   * Gives `work` the use of a key for at most `signatures` raw signatures, after the person consented to these documents: for
   * formats that sign something derived from the document. The use ends with `work`.
   */
  async withKey<T>(
    site: Site,
    credential: Credential,
    { documents, count, signatures }: { documents: readonly DocumentCard[]; count: number; signatures: number },
    call: SiteCall,
    work: (key: KeyUse) => Promise<T>,
  ): Promise<T> {
    await this.#allowed(site, 'sign', call);
    const act: Act = { kind: 'sign', documents, count };
    const watched = this.#watch(site, call.signal);
    let key: KeyUse | undefined;
    try {
      const inTurn = await this.#options.prompt.turn(
        { asker: askerOf(site), signal: watched.signal, language: call.language },
        async (dialog) => {
          key = await this.#open(dialog, site, credential, act, signatures, call, 'sign');
          // Only a key that asks for its PIN again and again needs the person until the end; a long batch must not keep others from asking.
          return key.asksEveryTime ? { done: await work(key) } : key;
        },
      );
      return 'done' in inTurn ? inTurn.done : await work(inTurn);
    } finally {
      key?.end();
      watched.stop();
    }
  }

  /**
   * Requires a right. A site that is not paired yet is asked about once and for everything, except a page's own script, which
   * has to ask by name; a right that the person has taken away is not asked for again behind their back.
   */
  async #allowed(site: Site, right: SiteRight, call: SiteCall): Promise<void> {
    let { paired, rights } = this.status(site);
    if (!paired && site.via !== 'page')
      ({ paired, rights } = await this.#paired(site, SITE_RIGHTS, call, (status) => status.paired));
    if (!rights.includes(right)) throw new SignetError('origin_not_paired', paired ? { variant: 'right' } : {});
    this.#options.origins.touch(site.origin);
  }

  /** Asks for the pairing unless it is `settled`, also by what the person told another request of the site while this one waited. */
  async #paired(
    site: Site,
    wants: readonly SiteRight[],
    call: SiteCall,
    settled: (status: SiteStatus) => boolean,
  ): Promise<SiteStatus> {
    if (settled(this.status(site))) return this.status(site);
    await this.#turn(site, call, null, async (dialog) => {
      const now = this.status(site);
      if (!settled(now)) await this.#pair(dialog, site, [...new Set([...now.rights, ...wants])]);
    });
    return this.status(site);
  }

  async #fitting(purpose: Purpose, accepts: Accepts | undefined): Promise<Credential[]> {
    return fitting(await this.#options.tokens.credentials(), purpose, this.#now(), accepts);
  }

  async #pair(dialog: Dialog, site: Site, wants: readonly SiteRight[]): Promise<Pairing> {
    try {
      const { rights, days } = await dialog.ask({ kind: 'pair', asker: askerOf(site), wants, days: PAIRING_DAYS });
      const pairing = this.#options.origins.pair(site.origin, rights, days, site.via);
      this.#record(site, 'site.pair', 'ok', null, { rights: rights.join(' '), days });
      return pairing;
    } catch (error) {
      this.#record(site, 'site.pair', outcomeOf(error), null);
      throw error;
    }
  }

  /** Asks which certificate, when there is a choice or when showing it is all that happens. */
  async #choose(
    dialog: Dialog,
    site: Site,
    purpose: Purpose,
    candidates: readonly Credential[],
    always: boolean,
  ): Promise<Credential> {
    const [only, another] = candidates;
    if (!always && only !== undefined && another === undefined) return only;
    const now = this.#now();
    try {
      const answer = await dialog.ask({
        kind: 'certificate',
        asker: askerOf(site),
        purpose,
        candidates: candidates.map((credential) => certificateCard(credential, now)),
        rememberDays: always ? REMEMBER_DAYS : null,
      });
      const chosen = candidates.find(({ id }) => id === answer.credentialId);
      if (chosen === undefined) throw new SignetError('credential_not_found');
      if (answer.remember && always) this.#remember(site, chosen);
      this.#record(site, 'site.certificate', 'ok', chosen);
      return this.#show(site, chosen);
    } catch (error) {
      this.#record(site, 'site.certificate', outcomeOf(error), null);
      throw error;
    }
  }

  /** Asks for the PIN, or for a plain yes where this origin holds the login already; then the key may be used. */
  async #open(
    dialog: Dialog,
    site: Site,
    credential: Credential,
    act: Act,
    signatures: number,
    call: SiteCall,
    right: SiteRight,
  ): Promise<KeyUse> {
    const { tokens, signing, language } = this.#options;
    const { token } = credential;
    const certificate = certificateCard(credential, this.#now());
    const asker = askerOf(site);
    const unlocking = { token, caller: site.caller, asker, act, certificate, language: call.language ?? language };
    const there = tokens.untilRemoved(token);
    try {
      const lacksLogin = (): boolean => needsLogin(token) && tokens.session(token, site.caller) === null;
      this.#requireThere(token);
      if (!lacksLogin()) await dialog.ask({ kind: 'confirm', asker, act, certificate }, there.signal);
      this.#requireThere(token);
      // Also where the login ended while the person thought about it.
      if (lacksLogin()) await this.#unlock.login(dialog, unlocking);
      await this.#requireStill(dialog, site, right);
    } catch (error) {
      this.#record(site, act.kind === 'sign' ? 'site.sign' : 'site.authenticate', outcomeOf(error), credential);
      throw error;
    } finally {
      there.stop();
    }
    // The login may have brought keys into sight, and with them whether this one asks for its PIN every time.
    const fresh = await tokens.credential(credential.id);
    await this.#requireStill(dialog, site, right);
    return new KeyUse({ signing, tokens, unlock: this.#unlock, dialog, unlocking, credential: fresh, limit: signatures });
  }

  /** Throws `token_removed` unless the token is still the one that was looked at. */
  #requireThere(token: Token): void {
    if (!this.#options.tokens.list().includes(token)) throw new SignetError('token_removed');
  }

  /** Throws `origin_not_paired` when the right was taken away while the driver worked, and ends a login that came through after that. */
  async #requireStill({ signal }: Dialog, site: Site, right: SiteRight): Promise<void> {
    const revoked = signal.reason instanceof SignetError && signal.reason.code === 'origin_not_paired';
    if (!revoked && this.status(site).rights.includes(right)) return;
    await this.#options.tokens.endCaller(site.caller);
    throw new SignetError('origin_not_paired', { variant: 'revoked' });
  }

  /** One act of a site, ended when its asker is gone or its pairing taken away. `right` null: to get one. */
  async #turn<T>(
    site: Site,
    { signal, language }: SiteCall,
    right: SiteRight | null,
    work: (dialog: Dialog) => Promise<T>,
  ): Promise<T> {
    const watched = this.#watch(site, signal);
    try {
      // What was allowed before the tokens were listed may have been taken back since.
      if (right !== null && !this.status(site).rights.includes(right))
        throw new SignetError('origin_not_paired', { variant: 'revoked' });
      return await this.#options.prompt.turn({ asker: askerOf(site), signal: watched.signal, language }, work);
    } finally {
      watched.stop();
    }
  }

  /** The asker's signal, aborted as well as soon as a right is taken away that the site has now. */
  #watch(site: Site, signal: AbortSignal): { signal: AbortSignal; stop(): void } {
    const ended = new AbortController();
    const gone = (): void => {
      const told = signal.reason instanceof SignetError;
      ended.abort(told ? signal.reason : new SignetError('prompt_cancelled', { variant: 'gone' }));
    };
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
    const before = this.status(site);
    const unwatch = this.#options.origins.onChange((origin) => {
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

  #remember(site: Site, { certificate: { der, facts } }: Credential): void {
    const holder = facts.subjectCommonName ?? facts.subject;
    this.#options.origins.remember(site.origin, { sha256: printOf(der), holder }, REMEMBER_DAYS);
  }

  #show(site: Site, credential: Credential): Credential {
    this.#shown.add(site.origin, printOf(credential.certificate.der));
    return credential;
  }

  #wasShown({ origin }: Site, { certificate: { der } }: Credential): boolean {
    const print = printOf(der);
    return this.#shown.has(origin, print) || this.#options.origins.remembers(origin, print);
  }

  #record(
    site: Site,
    action: string,
    outcome: string,
    credential: Credential | null,
    detail: Record<string, string | number> = {},
  ): void {
    this.#options.audit.addNow({
      caller: site.caller.id,
      action,
      outcome,
      ...(credential === null ? {} : { token: credential.token.id, credential: credential.id }),
      detail: { via: site.via, ...detail },
    });
  }
}

function needsLogin({ facts }: Token): boolean {
  return (facts.flags & FLAG.loginRequired) !== 0;
}

function callerOf(origin: string): Caller {
  return { id: `site:${origin}` };
}

function askerOf({ origin, via }: Site): Asker {
  return { kind: 'site', name: origin, via };
}

function outcomeOf(error: unknown): string {
  return error instanceof SignetError ? error.code : 'internal_error';
}

function inputOf({ algorithm, data, digest, anyCurve }: SiteDocument): SignInput {
  return {
    algorithm,
    ...(data === undefined ? {} : { data }),
    ...(digest === undefined ? {} : { digest }),
    ...(anyCurve === undefined ? {} : { anyCurve }),
  };
}

function cardOf({ algorithm, data, digest, name = null }: SiteDocument): DocumentCard {
  const { hash } = algorithmFacts(algorithm);
  return documentCard(name, hash, digest ?? data ?? Buffer.alloc(0), digest === undefined);
}

async function inOrder<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const one of all) made.push(await each(one));
  return made;
}
