import { type Origins, originOf } from '../access/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Language } from '../messages/index.ts';
import type { Act, Dialog, DocumentCard, PickedFile, Prompt, SiteRight, Way } from '../prompt/index.ts';
import { algorithmFacts, type SignInput, type Signing } from '../signatures/index.ts';
import type { Audit } from '../store/index.ts';
import type { Credential, Tokens } from '../tokens/index.ts';
import { Acts } from './acts.ts';
import { documentCard } from './cards.ts';
import { chainOf } from './chain.ts';
import { Choice, onlyOne } from './choice.ts';
import { type FileWish, pickFiles, saveFile } from './files.ts';
import type { Accepts, Purpose } from './fitting.ts';
import type { KeyUse } from './key-use.ts';
import { type LoginToken, loginAlgorithm, loginInput } from './login-token.ts';
import { openKey } from './open-key.ts';
import { askerOf, callerOf, type Site, type SiteCall, type SiteDocument, type SiteStatus } from './site.ts';
import { type FindWayOut, Unlock } from './unlock.ts';

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

/** Documents whose names and digests a question carries. */
const SHOWN_DOCUMENTS = 20;

/**
 * What web sites get, and only by the person's consent: pairing, certificates, logins, signatures. The API, the extension and
 * every bridge come through here, so that a site meets the same questions whichever protocol it speaks.
 */
export class Sites {
  readonly #options: SitesOptions;
  readonly #acts: Acts;
  readonly #unlock: Unlock;
  readonly #now: () => number;
  readonly #choice: Choice;

  constructor(options: SitesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#acts = new Acts(options);
    this.#unlock = new Unlock(options.tokens, options.wayOut);
    this.#choice = new Choice(options, this.#acts, this.#now);
    options.origins.onChange((origin) => {
      if (options.origins.get(origin) !== null) return;
      this.#choice.forget(origin);
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

  status(site: Site): SiteStatus {
    return this.#acts.status(site);
  }

  /** Asks the person to pair the site, unless it has these rights already. Throws what the prompt ends with. */
  async pair(site: Site, wants: readonly SiteRight[], call: SiteCall): Promise<SiteStatus> {
    return this.#acts.ask(site, wants, call, ({ paired, rights }) => paired && wants.every((right) => rights.includes(right)));
  }

  /** A certificate that the person shows to the site. Throws `no_certificate` or what the prompt ends with. */
  async certificate(
    site: Site,
    options: { purpose: Purpose; accepts?: Accepts | undefined },
    call: SiteCall,
  ): Promise<Credential> {
    await this.#acts.allowed(site, 'certificates', call);
    const candidates = await this.#choice.fitting(options.purpose, options.accepts);
    const remembered = this.#choice.remembered(site, candidates);
    if (remembered !== null) return this.#choice.show(site, remembered);
    return this.#acts.turn(site, call, 'certificates', (dialog) =>
      this.#choice.toShow(dialog, site, options.purpose, candidates),
    );
  }

  /**
   * The credential to sign or log in with. Unlike `certificate` it asks only where there is a choice: what follows names the
   * certificate to the person before the site gets to see it. Throws `no_certificate` or what the prompt ends with.
   */
  async choose(site: Site, options: { purpose: Purpose; accepts?: Accepts | undefined }, call: SiteCall): Promise<Credential> {
    const right = options.purpose === 'authenticate' ? 'authenticate' : 'sign';
    await this.#acts.allowed(site, right, call);
    const candidates = await this.#choice.fitting(options.purpose, options.accepts);
    return (
      onlyOne(candidates) ??
      this.#acts.turn(site, call, right, (dialog) => this.#choice.toUse(dialog, site, options.purpose, candidates))
    );
  }

  /** The certificates above a credential's own that its token holds, nearest first; DER. */
  chain(credential: Credential): Promise<Buffer[]> {
    return chainOf(this.#options.tokens, credential);
  }

  /**
   * A credential to sign with that this site was shown, by its id or its certificate's DER. Throws `credential_not_found`, for one
   * that is there but was not shown as well: a site learns nothing by guessing; and `no_certificate` (variant `usage`) for one
   * that its card has for logging in only.
   */
  find(site: Site, by: { credentialId: string } | { certificate: Buffer }): Promise<Credential> {
    return this.#choice.find(site, by);
  }

  /** Logs the person in to the site: a token that its server validates. Asks which certificate when several fit, and for the PIN. */
  async authenticate(
    site: Site,
    { challengeNonce, accepts }: { challengeNonce: string; accepts?: Accepts | undefined },
    call: SiteCall,
  ): Promise<LoginToken> {
    await this.#acts.allowed(site, 'authenticate', call);
    const candidates = await this.#choice.fitting('authenticate', accepts);
    return this.#acts.turn(site, call, 'authenticate', async (dialog) => {
      const credential = await this.#choice.toUse(dialog, site, 'authenticate', candidates);
      const algorithm = loginAlgorithm(credential);
      const data = loginInput(algorithm, site.origin, challengeNonce);
      const key = await this.#open(dialog, call, {
        site,
        credential,
        act: { kind: 'authenticate' },
        right: 'authenticate',
        limit: 1,
      });
      const signature = await key.sign({ algorithm, data });
      this.#choice.show(site, credential);
      this.#acts.record(site, 'site.authenticate', 'ok', credential);
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
    await this.#acts.allowed(site, 'sign', call);
    const act: Act = { kind: 'sign', documents, count };
    const watched = this.#acts.watch(site, call.signal);
    let key: KeyUse | undefined;
    try {
      const inTurn = await this.#options.prompt.turn(
        { asker: askerOf(site), signal: watched.signal, language: call.language },
        async (dialog) => {
          key = await this.#open(dialog, call, { site, credential, act, right: 'sign', limit: signatures });
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
   * Files that the person picks for the site, which learns their names and bytes and not where they are. Wants the right to ask for
   * signatures: that is what the files are for. Throws what the prompt ends with.
   */
  async load(site: Site, wish: FileWish, call: SiteCall): Promise<readonly PickedFile[]> {
    await this.#acts.allowed(site, 'sign', call);
    return this.#acts.turn(site, call, 'sign', (dialog) => pickFiles(dialog, this.#acts, site, wish));
  }

  /** Has the person save a file of the site's where they like; `name` is a proposal. Throws what the prompt ends with. */
  async save(site: Site, { name, content }: { name: string; content: Buffer }, call: SiteCall): Promise<void> {
    await this.#acts.allowed(site, 'sign', call);
    await this.#acts.turn(site, call, 'sign', (dialog) => saveFile(dialog, this.#acts, site, name, content));
  }

  #open(dialog: Dialog, { language }: SiteCall, use: Omit<Parameters<typeof openKey>[2], 'language'>): Promise<KeyUse> {
    const rooms = { ...this.#options, acts: this.#acts, unlock: this.#unlock, now: this.#now };
    return openKey(rooms, dialog, { ...use, language: language ?? this.#options.language });
  }
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
