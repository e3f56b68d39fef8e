import { CKR, CkFailure, DriverFailure } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import { type Credential, contentsOf, type TokenContents } from './credential.ts';
import type { Token } from './token.ts';

/** Certificates may be written by other programs: a listing older than this is made again. Milliseconds. */
const FRESH_FOR = 30_000;

interface Listing {
  contents: TokenContents;
  generation: number;
  at: number;
}

/** What is on each token, listed when asked for and kept until a login, a removal or half a minute changes it. */
export class Contents {
  readonly #now: () => number;
  readonly #listings = new Map<string, Listing>();
  readonly #pending = new Map<Token, Promise<TokenContents>>();
  /** How often a token's listing was forgotten: one made before that is not kept. */
  readonly #epochs = new Map<string, number>();
  readonly #credentials = new Map<string, Credential>();
  /** Who issued the certificates that were last seen on a token; a failed login forgets the listing and not these. */
  readonly #issuers = new Map<string, readonly string[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The listing of a token, from memory while fresh. Throws the driver's failure as SignetError. */
  async of(token: Token): Promise<TokenContents> {
    const known = this.#listings.get(token.id);
    if (known !== undefined && known.generation === token.generation && this.#now() - known.at < FRESH_FOR) return known.contents;
    const pending = this.#pending.get(token);
    if (pending !== undefined) return pending;
    const running = this.#list(token).finally(() => {
      if (this.#pending.get(token) === running) this.#pending.delete(token);
    });
    this.#pending.set(token, running);
    return running;
  }

  /** A credential that a listing has shown. */
  credential(id: string): Credential | undefined {
    return this.#credentials.get(id);
  }

  /** Distinguished names of the issuers on a token as they were last listed; empty when it never was. Asks no driver. */
  issuers(tokenId: string): readonly string[] {
    return this.#issuers.get(tokenId) ?? [];
  }

  /** Forgets a token's listing: its login changed, or it is gone. One under way shows the state before and is not joined. */
  forget(tokenId: string): void {
    this.#epochs.set(tokenId, this.#epoch(tokenId) + 1);
    for (const token of this.#pending.keys()) if (token.id === tokenId) this.#pending.delete(token);
    this.#drop(tokenId);
  }

  #drop(tokenId: string): void {
    const known = this.#listings.get(tokenId);
    this.#listings.delete(tokenId);
    for (const { id } of known?.contents.credentials ?? []) this.#credentials.delete(id);
  }

  #epoch(tokenId: string): number {
    return this.#epochs.get(tokenId) ?? 0;
  }

  async #list(token: Token): Promise<TokenContents> {
    const epoch = this.#epoch(token.id);
    let contents: TokenContents;
    try {
      contents = contentsOf(token, await token.driver.call('objects', { slot: token.slot }));
    } catch (error) {
      throw listingFailure(error, token);
    }
    this.#issuers.set(token.id, issuersOf(contents));
    if (epoch !== this.#epoch(token.id)) return contents;
    this.#drop(token.id);
    this.#listings.set(token.id, { contents, generation: token.generation, at: this.#now() });
    for (const credential of contents.credentials) this.#credentials.set(credential.id, credential);
    return contents;
  }
}

function issuersOf({ certificates }: TokenContents): string[] {
  const issued = certificates.flatMap(({ facts }) => (facts === null || facts.isCa === true ? [] : [facts.issuer]));
  return [...new Set(issued)];
}

function listingFailure(error: unknown, token: Token): unknown {
  if (error instanceof DriverFailure) return new SignetError(error.code, { params: { driver: token.driver.id }, cause: error });
  if (!(error instanceof CkFailure)) return error;
  const gone =
    error.rv === CKR.CKR_TOKEN_NOT_PRESENT || error.rv === CKR.CKR_DEVICE_REMOVED || error.rv === CKR.CKR_SLOT_ID_INVALID;
  return gone
    ? new SignetError('token_removed', { cause: error })
    : new SignetError('driver_refused', { params: { rv: error.message }, cause: error });
}
