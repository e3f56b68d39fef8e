import { CKR, CkFailure, ckrName, type Driver, DriverFailure, type PinAnswer, type Secret } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Audit, Ledger, PinKind } from '../store/index.ts';
import { Contents } from './contents.ts';
import type { Credential, TokenContents } from './credential.ts';
import type { EventHub } from './events.ts';
import { type GrantLife, Grants } from './grants.ts';
import { Guard, type Presentation, type Presented } from './guard.ts';
import { Registry } from './registry.ts';
import { FLAG, type PinStatus } from './status.ts';
import type { Caller, Token } from './token.ts';
import { unblockStyle } from './unblock-style.ts';
import { Watch } from './watch.ts';

/** How long an attempt under way may hold up the end of the daemon, in milliseconds: somebody may be at a PIN pad. */
const STOP_PATIENCE = 2_000;
/** A look that a change of hosts falls into is dropped, and there are two changes: the old host goes, the new one is there. */
const TAKE_OVER_LOOKS = 3;

export interface TokensOptions {
  ledger: Ledger;
  audit: Audit;
  events: EventHub;
  grants: GrantLife;
  /** Milliseconds between two looks at a driver's slots. */
  watchEvery: number;
  now?: () => number;
}

/** A login as the API shows it. */
export interface Session {
  expiresAt: string;
  idleSeconds: number;
}

/** What is plugged in, who is logged in, and the acts on a PIN. The one place that other rooms ask about tokens. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #guard: Guard;
  readonly #grants: Grants;
  readonly #contents: Contents;
  readonly #registry: Registry;
  readonly #watches = new Map<string, Watch>();
  readonly #sweeper: NodeJS.Timeout;
  /** PIN state last told of each token, to tell when somebody else changed it. */
  readonly #lastStates = new Map<string, string>();
  /** Identities of tokens that a living driver has seen go. */
  readonly #gone = new Set<string>();
  /** Who waits for a person over a token, by its id. */
  readonly #waiting = new Map<string, Set<AbortController>>();
  /** Drivers of which it was told that a token waits for the last login to end. */
  readonly #late = new Set<string>();
  #stopping = false;

  constructor(options: TokensOptions) {
    const now = options.now ?? Date.now;
    this.#options = options;
    this.#grants = new Grants(options.grants, now);
    this.#contents = new Contents(now);
    this.#guard = new Guard({
      ...options,
      now,
      onStatus: (token, kind, status, before) => this.#told(token, kind, status, before),
    });
    this.#registry = new Registry(
      {
        onInserted: (token) => this.#inserted(token),
        onRemoved: (token, gone) => this.#removed(token, gone),
        onSeen: (token) => this.#seen(token),
      },
      now,
    );
    this.#sweeper = setInterval(() => this.#sweep(), 1_000);
    this.#sweeper.unref();
  }

  /** Starts watching a driver's slots. */
  watch(driver: Driver): void {
    const watch = new Watch(driver, this.#options.watchEvery, () => this.#look(driver));
    this.#watches.set(driver.id, watch);
    watch.start();
  }

  /** Looks at a driver now, after its host was replaced; resolves when its tokens are known. */
  async refresh(driver: Driver): Promise<void> {
    await this.#watches.get(driver.id)?.now();
  }

  /** A driver's host died: its tokens and logins are gone with it. */
  lost(driver: Driver): void {
    this.#registry.drop(driver);
  }

  list(): Token[] {
    return this.#registry.list();
  }

  /** Throws `token_not_found`, or `driver_unavailable` for one that was there before its driver's host was lost. */
  get(id: string): Token {
    const token = this.#registry.get(id);
    if (token === undefined) throw this.#notSeen(this.#registry.missing(id)) ?? new SignetError('token_not_found');
    return token;
  }

  status(token: Token, kind: PinKind): PinStatus {
    return this.#guard.status(token, kind);
  }

  contents(token: Token): Promise<TokenContents> {
    return this.#contents.of(token);
  }

  /** Every credential on every token; a token that cannot be listed is left out here and shows its error when asked for itself. */
  async credentials(): Promise<Credential[]> {
    const lists = await Promise.allSettled(this.list().map((token) => this.#contents.of(token)));
    return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value.credentials : []));
  }

  /** Throws `credential_not_found` when no token that is plugged in holds it, `driver_unavailable` while that cannot be told. */
  async credential(id: string): Promise<Credential> {
    const known = this.#contents.credential(id);
    if (known !== undefined && this.#registry.get(known.token.id) === known.token) return known;
    for (const credential of await this.credentials()) if (credential.id === id) return credential;
    throw this.#notSeen(this.#registry.unseen) ?? new SignetError('credential_not_found');
  }

  /** What is to be said of something that may be on a driver whose host is being replaced after a loss. */
  #notSeen(driver: Driver | undefined): SignetError | null {
    if (driver === undefined) return null;
    return new SignetError('driver_unavailable', { params: { driver: driver.id }, retryAfter: 1 });
  }

  /** Issuers (RFC 4514) of the certificates on a token, as they were last listed; empty when they never were. Asks no driver. */
  issuers(token: Token): readonly string[] {
    return this.#contents.issuers(token.id);
  }

  /** The token that is known under its own id or by one of its credentials' ids. Asks no driver. */
  known(id: string): Token | undefined {
    return this.#registry.get(id) ?? this.#contents.credential(id)?.token;
  }

  session(token: Token, caller: Caller): Session | null {
    return this.#grants.session(token.id, caller.id);
  }

  /** Throws `pin_required` unless the caller holds the token's login, whose idle time starts anew. */
  requireSession(token: Token, caller: Caller): void {
    if ((token.facts.flags & FLAG.loginRequired) === 0) return;
    if (!this.#grants.holds(token.id, caller.id, true))
      throw new SignetError('pin_required', { pin: this.status(token, 'user') });
  }

  /**
   * Presents the PIN and, when it is right, grants the login to this caller. `pin` null: typed on the reader. Only a fresh
   * login proves a PIN, so one that fails has ended everybody's.
   */
  async login(token: Token, caller: Caller, pin: Secret | null, consent?: string): Promise<{ session: Session; pin: PinStatus }> {
    try {
      const { status } = await this.#present({
        token,
        kind: 'user',
        purpose: 'login',
        caller,
        consent,
        secret: pin,
        present: async ({ driver, slot, identity }) => {
          const answer = await this.#endsLogins(token, () => driver.call('login', { slot, identity, pin }));
          if (answer.rv === CKR.CKR_OK) await this.#grant(token, caller);
          return answer;
        },
      });
      const session = this.session(token, caller);
      if (session === null) throw new SignetError('token_removed');
      return { session, pin: status };
    } finally {
      this.#contents.forget(token.id);
    }
  }

  /** Ends this caller's grant; the token is logged out when it was the last. */
  async logout(token: Token, caller: Caller): Promise<void> {
    if (this.#grants.end(token.id, caller.id)) await this.#logoutToken(token);
    this.#options.audit.addNow({ caller: caller.id, action: 'pin.logout', outcome: 'ok', token: token.id });
  }

  /** A caller is no more: nobody who gets its name later finds its logins. */
  async endCaller(caller: Caller): Promise<void> {
    for (const token of this.list()) if (this.#grants.end(token.id, caller.id)) await this.#logoutToken(token);
  }

  /** Changes the user PIN. Throws `new_pin_refused` when the old one was right and the token would not have the new one. */
  async changePin(
    token: Token,
    caller: Caller,
    currentPin: Secret | null,
    newPin: Secret | null,
    consent?: string,
  ): Promise<PinStatus> {
    const { answer, status } = await this.#present({
      token,
      kind: 'user',
      purpose: 'change',
      caller,
      consent,
      secret: currentPin,
      newPin,
      present: ({ driver, slot, identity }) => driver.call('changePin', { slot, identity, currentPin, newPin }),
    });
    if (answer.rv !== CKR.CKR_OK) throw new SignetError('new_pin_refused', { pin: status, params: { rv: ckrName(answer.rv) } });
    return status;
  }

  /** Gives the token a new user PIN by its SO PIN or PUK. Ends every login on it. Throws `unblock_unsupported` when nobody knows how. */
  async unblock(token: Token, caller: Caller, puk: Secret | null, newPin: Secret | null, consent?: string): Promise<PinStatus> {
    const style = unblockStyle(token.driver);
    if (style === null) {
      puk?.wipe();
      newPin?.wipe();
      throw new SignetError('unblock_unsupported', {
        params: { driver: token.driver.profile.name },
        pin: this.status(token, 'user'),
      });
    }
    const { answer, status } = await this.#present({
      token,
      kind: 'so',
      purpose: 'unblock',
      caller,
      consent,
      secret: puk,
      newPin,
      present: async ({ driver, slot, identity }) => {
        const answer = await this.#endsLogins(token, () => driver.call('unblock', { slot, identity, style, puk, newPin }));
        // Every session on the slot was closed for it, whatever came of it.
        if (answer.step !== 'prepare') this.#grants.endAll(token.id);
        return answer;
      },
    });
    this.#contents.forget(token.id);
    if (answer.rv !== CKR.CKR_OK) throw new SignetError('new_pin_refused', { pin: status, params: { rv: ckrName(answer.rv) } });
    return this.status(token, 'user');
  }

  /** Whether Signet knows how this token's driver wants a PIN unblocked. */
  canUnblock(token: Token): boolean {
    return unblockStyle(token.driver) !== null;
  }

  /** A signal that is aborted, with `token_removed`, when the token goes while somebody is asked about it. `stop` when they were. */
  untilRemoved(token: Token): { signal: AbortSignal; stop(): void } {
    const controller = new AbortController();
    const waiting = this.#waiting.get(token.id) ?? new Set();
    this.#waiting.set(token.id, waiting.add(controller));
    if (this.#registry.get(token.id) !== token) controller.abort(new SignetError('token_removed'));
    const stop = (): void => {
      waiting.delete(controller);
      if (waiting.size === 0 && this.#waiting.get(token.id) === waiting) this.#waiting.delete(token.id);
    };
    return { signal: controller.signal, stop };
  }

  /** Seconds that this caller has to wait after wrong PINs in a row. */
  wait(caller: Caller): number {
    return this.#guard.wait(caller);
  }

  /** Whether the next failure may block the token, as last observed. */
  mayBlock(token: Token, kind: PinKind): boolean {
    return this.#guard.mayBlock(token, kind);
  }

  /** See Guard.consent. */
  consent(token: Token, kind: PinKind, caller: Caller): Promise<{ consent: string; expiresAt: string; pin: PinStatus }> {
    return this.#guard.consent(token, kind, caller);
  }

  /** The guard, for a context-specific login that belongs to a signature. */
  get guard(): Guard {
    return this.#guard;
  }

  /** The driver says that the login is gone: so are the grants. */
  async sessionLost(token: Token): Promise<void> {
    this.#contents.forget(token.id);
    if (this.#grants.endAll(token.id)) await this.#logoutToken(token);
  }

  /** Stops watching, lets attempts under way end, begins none, and logs every token out. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#sweeper);
    for (const watch of this.#watches.values()) watch.stop();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, STOP_PATIENCE).unref());
    await Promise.race([patience, this.#logoutAll()]);
  }

  async #logoutAll(): Promise<void> {
    await Promise.all(this.list().map((token) => this.#guard.exclusively(token, async () => undefined)));
    const logged = this.#grants.tokens();
    for (const id of logged) this.#grants.endAll(id);
    await Promise.all(logged.map((id) => this.#logoutById(id)));
  }

  async #present(presentation: Presentation): Promise<Presented> {
    const { token, secret, newPin } = presentation;
    const waited = await this.#settled(token);
    const gone = waited && this.#registry.get(token.id) !== token;
    if (!this.#stopping && !gone) return this.#guard.present(presentation);
    secret?.wipe();
    newPin?.wipe();
    throw new SignetError(this.#stopping ? 'shutting_down' : 'token_removed');
  }

  /** Waits for a host that takes over as planned to list its tokens: what a person has typed is not refused for that. False at once when none does. */
  async #settled(token: Token): Promise<boolean> {
    const { driver } = token;
    const isBetween = (): boolean => token.generation !== driver.generation && token.lineage === driver.lineage;
    let looks = 0;
    for (; looks < TAKE_OVER_LOOKS && isBetween() && !this.#stopping; looks += 1) await this.refresh(driver);
    return looks > 0;
  }

  /** Runs a call that logs out before it presents: unless it never got that far or succeeded, nobody's login is left. */
  async #endsLogins(token: Token, call: () => Promise<PinAnswer>): Promise<PinAnswer> {
    try {
      const answer = await call();
      if (answer.rv !== CKR.CKR_OK && answer.step !== 'prepare') this.#grants.endAll(token.id);
      return answer;
    } catch (error) {
      if (!(error instanceof DriverFailure) || error.begun) this.#grants.endAll(token.id);
      throw error;
    }
  }

  /** A login that came through after its token was replaced or its host was is nobody's: it is ended again. */
  async #grant(token: Token, caller: Caller): Promise<void> {
    if (this.#registry.get(token.id) === token && token.generation === token.driver.generation) {
      this.#grants.give(token.id, caller.id);
    } else {
      await token.driver.call('logout', { slot: token.slot }).catch(() => undefined);
    }
  }

  async #look(driver: Driver): Promise<void> {
    const generation = driver.generation;
    try {
      const { slots, rescan } = await driver.call('slots', {});
      if (driver.generation !== generation || this.#stopping) return;
      this.#registry.update(driver, slots);
      if (!rescan) this.#late.delete(driver.id);
      else if (this.#isIdle(driver)) {
        driver.recycle();
        this.#watches.get(driver.id)?.soon();
      } else if (!this.#late.has(driver.id)) {
        this.#late.add(driver.id);
        this.#options.events.publish('token.waiting', { driver: driver.id });
      }
    } catch (error) {
      if (!(error instanceof CkFailure)) throw error;
      // A driver that cannot list its slots vouches for no login on them.
      if (driver.generation === generation && !this.#stopping) this.#registry.drop(driver);
    }
  }

  /**
   * The library shows new tokens only to a fresh host, and a fresh host knows no login: logins that are held come first, and
   * so does whatever is under way, because a host that is replaced in the middle of an attempt leaves it indeterminate.
   */
  #isIdle(driver: Driver): boolean {
    const logged = this.#grants.tokens();
    const held = this.list().some((token) => token.driver === driver && (logged.includes(token.id) || this.#guard.busy(token)));
    return !held && driver.status().queueLength === 0;
  }

  #inserted(token: Token): void {
    this.#guard.returned(token, this.#gone.delete(token.identity));
    this.#options.events.publish('token.inserted', { tokenId: token.id, label: token.facts.label, driver: token.driver.id });
  }

  #removed(token: Token, gone: boolean): void {
    if (gone) this.#gone.add(token.identity);
    for (const waiting of this.#waiting.get(token.id) ?? []) waiting.abort(new SignetError('token_removed'));
    this.#grants.endAll(token.id);
    this.#contents.forget(token.id);
    this.#options.events.publish('token.removed', { tokenId: token.id, label: token.facts.label, driver: token.driver.id });
  }

  #seen(token: Token): void {
    // While an attempt is under way it counts as spent; what comes of it is told when it ends.
    if (this.#guard.busy(token)) return;
    this.#guard.seen(token);
    const before = this.#lastStates.get(token.id);
    const status = this.#guard.status(token, 'user');
    if (before !== undefined && before !== status.state) this.#publishState(token, 'user', status);
    this.#lastStates.set(token.id, status.state);
  }

  #told(token: Token, kind: PinKind, status: PinStatus, before: PinStatus): void {
    if (kind === 'context') return;
    const changed = status.state !== before.state || status.remaining?.atMost !== before.remaining?.atMost;
    if (kind === 'user') this.#lastStates.set(token.id, status.state);
    if (changed) this.#publishState(token, kind, status);
  }

  #publishState(token: Token, kind: PinKind, status: PinStatus): void {
    const data = { tokenId: token.id, label: token.facts.label, kind: kind === 'so' ? 'puk' : 'pin', pin: status };
    this.#options.events.publish('pin.changed-state', data);
    if (status.state === 'locked') this.#options.events.publish('pin.locked', data);
  }

  #sweep(): void {
    for (const id of this.#grants.sweep()) void this.#logoutById(id);
  }

  async #logoutById(id: string): Promise<void> {
    const token = this.#registry.get(id);
    if (token !== undefined) await this.#logoutToken(token);
  }

  async #logoutToken(token: Token): Promise<void> {
    this.#contents.forget(token.id);
    await this.#guard.exclusively(token, async () => {
      if (this.#grants.tokens().includes(token.id) || token.generation !== token.driver.generation) return;
      await token.driver.call('logout', { slot: token.slot }).catch(() => undefined);
    });
  }
}
