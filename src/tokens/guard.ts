import {
  CKR,
  CkFailure,
  ckrName,
  DriverFailure,
  identityOf,
  type PinAnswer,
  type Secret,
  type TokenFacts,
} from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import { type AttemptOutcome, type Audit, type Ledger, type PinKind, StoreFailure } from '../store/index.ts';
import { Consents } from './consent.ts';
import { Cooldown } from './cooldown.ts';
import { KeyedMutex } from './mutex.ts';
import { Observer, tolerantly } from './observer.ts';
import { beforePresentation, isCancelled, isGone, outcomeOf } from './outcome.ts';
import { requirePinFormat } from './pin-format.ts';
import { FLAG, mayBlock, type PinStatus } from './status.ts';
import { accountOf, type Caller, type Token } from './token.ts';

/** One presentation of a PIN, wanted by a person. `secrets` are wiped whatever happens. */
export interface Presentation {
  token: Token;
  kind: PinKind;
  purpose: 'login' | 'change' | 'unblock' | 'context';
  caller: Caller;
  consent?: string | undefined;
  /** The PIN or PUK; null when the person types it on the reader. */
  secret: Secret | null;
  newPin?: Secret | null;
  /** The one driver call that may spend the try. */
  present(token: Token): Promise<PinAnswer>;
}

/** How it ended. `answer` is the driver's, when it gave one. */
export interface Presented {
  outcome: AttemptOutcome;
  answer: PinAnswer;
  status: PinStatus;
}

export interface GuardOptions {
  ledger: Ledger;
  audit: Audit;
  now?: () => number;
  /** Told of every attempt that ended, and what the status of each PIN it may have touched was before. */
  onStatus?: (token: Token, kind: PinKind, status: PinStatus, before: PinStatus) => void;
}

interface End {
  outcome: AttemptOutcome;
  answer: PinAnswer | null;
  failure: DriverFailure | null;
  /** What was thrown, when it was no answer of the driver. */
  cause?: unknown;
}

/** The only code that may have a PIN presented. See docs/architecture.md, "The PIN guard", for its rules. */
export class Guard {
  readonly observer: Observer;
  readonly #options: GuardOptions;
  readonly #now: () => number;
  readonly #mutex = new KeyedMutex();
  readonly #consents: Consents;
  readonly #cooldown: Cooldown;

  constructor(options: GuardOptions) {
    this.#now = options.now ?? Date.now;
    this.#options = options;
    this.#consents = new Consents(this.#now);
    this.#cooldown = new Cooldown(this.#now);
    this.observer = new Observer(options.ledger, this.#now);
  }

  /** Runs work that must not overlap with an attempt on this token, such as ending its login. */
  exclusively<T>(token: Token, work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(accountOf(token).card, work);
  }

  /** True while an attempt on this token runs or waits. */
  busy(token: Token): boolean {
    return this.#mutex.held(accountOf(token).card);
  }

  /** Seconds that this caller must wait before a PIN of its is presented: rule 11. */
  wait(caller: Caller): number {
    return this.#cooldown.wait(caller.id);
  }

  /** Whether the next failure may block the token, as last observed: such a try wants the person's consent. */
  mayBlock(token: Token, kind: PinKind): boolean {
    return mayBlock(this.status(token, kind), this.observer.count(token, kind));
  }

  /** The status as last observed; while an attempt runs, with that attempt counted as spent. Changes nothing. */
  status(token: Token, kind: PinKind): PinStatus {
    return this.observer.status(token, token.facts, kind);
  }

  /** A token's facts have just been read. While an attempt runs they may be older than what it reads itself, and are left alone. */
  seen(token: Token): void {
    if (!this.busy(token)) tolerantly(() => this.observer.look(token, token.facts));
  }

  /**
   * A token is back, or here for the first time, with facts just read; `wasGone` when a living driver had seen it go. While an
   * attempt on it has not ended, what looks like a lock may be that attempt, and nothing is said to be lifted.
   */
  returned(token: Token, wasGone: boolean): void {
    tolerantly(() => this.observer.returned(token, wasGone && !this.busy(token)));
    this.seen(token);
  }

  /**
   * A consent to a try that may block the token, given by the person at this machine. Throws `pin_locked` when there is no
   * try left to consent to, `storage_unavailable` when the consent cannot be written down, and what `#fresh` throws.
   */
  async consent(token: Token, kind: PinKind, caller: Caller): Promise<{ consent: string; expiresAt: string; pin: PinStatus }> {
    return this.#stored(() =>
      this.exclusively(token, async () => {
        const facts = await this.#fresh(token);
        const status = this.observer.status(token, facts, kind);
        if (status.state === 'locked') throw new SignetError('pin_locked', { pin: status });
        const { audit } = this.#options;
        audit.addNow({ caller: caller.id, action: 'pin.consent', outcome: 'ok', token: token.id, detail: { kind } });
        if (audit.failure !== null) throw new SignetError('storage_unavailable', { pin: status });
        return { ...this.#consents.give(token.identity, kind, this.#boundState(token, facts, kind)), pin: status };
      }),
    );
  }

  /**
   * Presents a PIN, if every rule allows it. Resolves only for `accepted`; every other end is a SignetError with the status
   * after it. Secrets are wiped.
   */
  async present(presentation: Presentation): Promise<Presented> {
    try {
      return await this.#stored(() => this.exclusively(presentation.token, () => this.#attempt(presentation)));
    } finally {
      presentation.secret?.wipe();
      presentation.newPin?.wipe();
    }
  }

  async #attempt(presentation: Presentation): Promise<Presented> {
    const { token, kind, caller, purpose } = presentation;
    if (this.#options.audit.failure !== null) throw new SignetError('storage_unavailable');
    const facts = await this.#fresh(token);
    const before = this.observer.status(token, facts, kind);
    this.#requireAllowed(presentation, facts, before);
    this.#requirePatience(caller, before);
    const others = touchedBy(kind).map((other) => ({ other, was: this.observer.status(token, facts, other) }));
    const attempt = this.#options.ledger.begin({
      ...accountOf(token),
      kind,
      purpose,
      caller: caller.id,
      stateBefore: before.state,
      atMost: token.driver.profile.quirks.locksItself ? (before.remaining?.atMost ?? null) : null,
    });
    this.#consents.void(token.identity, kind);
    const end = await this.#present(presentation);
    const after = await this.#readAfter(token, facts);
    const outcome = this.#conclude(end.outcome, after.facts, kind);
    this.#record(presentation, attempt, outcome, end, facts, after);
    const status = this.#statusAfter(token, after.facts, kind, before);
    this.#options.onStatus?.(token, kind, status, before);
    for (const { other, was } of others)
      this.#options.onStatus?.(token, other, this.#statusAfter(token, after.facts, other, was), was);
    if (outcome === 'rejected' || outcome === 'locked') this.#cooldown.wrong(caller.id);
    if (outcome === 'accepted') this.#cooldown.right(caller.id);
    return this.#answer(outcome, end, status, token);
  }

  /** Rules 4 to 8 of the guard, in an order that spends nothing and asks for consent only where it would help. */
  #requireAllowed({ token, kind, purpose, secret, newPin, consent }: Presentation, facts: TokenFacts, status: PinStatus): void {
    if (status.state === 'locked') throw new SignetError('pin_locked', { pin: status });
    if (status.state === 'not_initialised')
      throw new SignetError('pin_state_unknown', { pin: status, variant: 'not_initialised' });
    const takesNew = purpose === 'change' || purpose === 'unblock';
    const pinPad = (facts.flags & FLAG.pinPad) !== 0;
    if (pinPad && (secret !== null || (newPin ?? null) !== null)) throw new SignetError('pinpad_required', { pin: status });
    if (!pinPad && (secret === null || (takesNew && !newPin))) throw new SignetError('prompt_unavailable', { pin: status });
    if (secret !== null) requirePinFormat(secret, facts, kind === 'so' ? 'puk' : 'pin');
    if (newPin) requirePinFormat(newPin, facts, 'newPin');
    if (!mayBlock(status, this.observer.count(token, kind))) return;
    const covered =
      consent !== undefined && this.#consents.covers(consent, token.identity, kind, this.#boundState(token, facts, kind));
    if (!covered) throw new SignetError('final_try_consent_required', { pin: status });
  }

  /** Rule 11: after two wrong in a row a caller waits, whichever token it tries. */
  #requirePatience(caller: Caller, status: PinStatus): void {
    const wait = this.#cooldown.wait(caller.id);
    if (wait > 0) throw new SignetError('rate_limited', { pin: status, retryAfter: wait, params: { seconds: wait } });
  }

  async #present(presentation: Presentation): Promise<End> {
    const { token, secret } = presentation;
    try {
      const answer = await presentation.present(token);
      return { outcome: outcomeOf(answer, wrongAnswers(token), secret === null), answer, failure: null };
    } catch (error) {
      if (error instanceof DriverFailure) {
        return { outcome: error.begun ? 'indeterminate' : 'not_attempted', answer: null, failure: error };
      }
      // A context-specific login may fail in a call around it: certainly unspent only where that call comes before it.
      if (error instanceof CkFailure) {
        const early = beforePresentation(error);
        return { outcome: early ? 'not_attempted' : 'indeterminate', answer: { rv: error.rv, step: 'prepare' }, failure: null };
      }
      return { outcome: 'indeterminate', answer: null, failure: null, cause: error };
    }
  }

  /** A third wrong PIN may answer CKR_PIN_INCORRECT and yet have locked the token: the flags after it decide. */
  #conclude(outcome: AttemptOutcome, facts: TokenFacts, kind: PinKind): AttemptOutcome {
    const locked = ((kind === 'so' ? facts.flags >>> 4 : facts.flags) & FLAG.locked) !== 0;
    return outcome === 'rejected' && locked ? 'locked' : outcome;
  }

  #record(
    { token, kind, caller, purpose }: Presentation,
    attempt: string,
    outcome: AttemptOutcome,
    end: End,
    before: TokenFacts,
    after: { facts: TokenFacts; read: boolean },
  ): void {
    const { ledger, audit } = this.#options;
    // A value that was known to be wrong never reached the token, which therefore answered nothing.
    const answered = end.answer?.knownWrong === true ? null : end.answer;
    const rv = answered === null ? (end.failure?.code ?? null) : ckrName(answered.rv);
    const { successResets, locksItself } = token.driver.profile.quirks;
    const unblocked = purpose === 'unblock' && outcome === 'accepted' && end.answer?.rv === CKR.CKR_OK;
    // On a token that only the ledger holds, no separate PIN for context-specific logins could be locked.
    const unblocks: PinKind[] = unblocked ? (locksItself ? ['user'] : ['user', 'context']) : [];
    ledger.end(attempt, outcome, rv, { successResets, unblocks });
    if (after.read) tolerantly(() => this.observer.after(token, kind, outcome, [kind, ...unblocks], before, after.facts));
    const known = end.answer?.knownWrong === true ? { knownWrong: true } : {};
    const detail = { kind, purpose, ...known, ...(rv === null ? {} : { rv }) };
    audit.addNow({ caller: caller.id, action: `pin.${purpose}`, outcome, token: token.id, detail });
  }

  /** The status to tell with an outcome; where the ledger cannot even be read, the outcome is still told, with nothing promised. */
  #statusAfter(token: Token, facts: TokenFacts, kind: PinKind, before: PinStatus): PinStatus {
    try {
      return this.observer.status(token, facts, kind);
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      return { ...before, state: 'unknown', remaining: null, basis: 'none' };
    }
  }

  #answer(outcome: AttemptOutcome, { answer, failure, cause = failure }: End, pin: PinStatus, token: Token): Presented {
    const rv = answer === null ? '' : ckrName(answer.rv);
    if (outcome === 'accepted' && answer !== null) return { outcome, answer, status: pin };
    if (answer?.knownWrong === true) throw new SignetError('pin_known_wrong', { pin });
    if (outcome === 'locked') throw new SignetError('pin_locked', { pin });
    if (outcome === 'rejected') throw new SignetError(pin.state === 'locked' ? 'pin_locked' : 'pin_incorrect', { pin });
    if (outcome === 'already_logged_in') throw new SignetError('pin_state_unknown', { pin, variant: 'already_logged_in' });
    if (outcome === 'indeterminate') {
      throw new SignetError('attempt_indeterminate', { pin, params: { rv: failure?.code ?? (rv || 'no answer') }, cause });
    }
    if (failure !== null) throw new SignetError(failure.code, { pin, params: { driver: token.driver.id }, cause: failure });
    if (answer !== null && isCancelled(answer)) throw new SignetError('prompt_cancelled', { pin });
    if (answer !== null && isGone(answer.rv)) throw new SignetError('token_removed', { pin });
    throw new SignetError('driver_refused', { pin, params: { rv } });
  }

  /**
   * What a consent is bound to: everything that the person could have been shown, so that any attempt and any move of the
   * flags since then voids it. A context-specific login and the user PIN are mostly one PIN and share it.
   */
  #boundState(token: Token, facts: TokenFacts, kind: PinKind): string {
    const states = [kind, ...touchedBy(kind)].sort().map((each) => {
      const { state, remaining } = this.observer.status(token, facts, each);
      const { rejected, indeterminate, doubted, lastFlags } = this.observer.count(token, each);
      return [state, remaining?.atMost ?? null, rejected, indeterminate, doubted, lastFlags];
    });
    return JSON.stringify(states);
  }

  /** Rule 3: the token's flags, read now. Throws `token_removed`, `pin_state_unknown` or the driver's failure. */
  async #fresh(token: Token): Promise<TokenFacts> {
    this.#requireSameHost(token);
    let facts: TokenFacts;
    try {
      facts = await token.driver.call('token', { slot: token.slot });
    } catch (error) {
      if (error instanceof DriverFailure) {
        throw new SignetError(error.code, { params: { driver: token.driver.id }, cause: error, retryAfter: 1 });
      }
      const gone = error instanceof CkFailure && isGone(error.rv);
      throw new SignetError(gone ? 'token_removed' : 'pin_state_unknown', { variant: 'unreadable', cause: error });
    }
    this.#requireSameHost(token);
    if (identityOf(facts) !== token.identity) throw new SignetError('token_removed');
    token.facts = facts;
    token.observedAt = new Date(this.#now()).toISOString();
    this.observer.look(token, facts);
    return facts;
  }

  #requireSameHost(token: Token): void {
    const { generation, lineage, driver } = token;
    if (generation === driver.generation) return;
    if (lineage !== driver.lineage) throw new SignetError('token_removed');
    throw new SignetError('driver_unavailable', { params: { driver: driver.id }, retryAfter: 1 });
  }

  /** Rule 13. A host that was replaced is not asked: the slot would mean nothing to it, and the attempt counts as spent anyway. */
  async #readAfter(token: Token, before: TokenFacts): Promise<{ facts: TokenFacts; read: boolean }> {
    if (token.generation !== token.driver.generation) return { facts: before, read: false };
    try {
      const facts = await token.driver.call('token', { slot: token.slot });
      if (identityOf(facts) !== token.identity) return { facts: before, read: false };
      token.facts = facts;
      return { facts, read: true };
    } catch {
      return { facts: before, read: false };
    }
  }

  async #stored<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof StoreFailure ? new SignetError('storage_unavailable', { cause: error }) : error;
    }
  }
}

/** The other PIN whose count an attempt on this one moves, because both may be one PIN on the card. */
function touchedBy(kind: PinKind): PinKind[] {
  if (kind === 'so') return [];
  return [kind === 'user' ? 'context' : 'user'];
}

function wrongAnswers(token: Token): ReadonlySet<number> {
  const names = token.driver.profile.quirks.wrongPinAnswers;
  return new Set(names.map((name) => CKR[name as keyof typeof CKR]).filter((value) => value !== undefined));
}
