import type { TokenFacts } from '../drivers/index.ts';
import { type AttemptOutcome, type Ledger, type LedgerCount, type PinKind, StoreFailure } from '../store/index.ts';
import { FLAG, leftByFlags, type PinStatus, pinStatus, tryLimit, warningFlags } from './status.ts';
import { accountOf, type Token } from './token.ts';

const KINDS: readonly PinKind[] = ['user', 'so', 'context'];
/** The PINs that tokens have flags for. */
const FLAGGED = ['user', 'so'] as const;
type Flagged = (typeof FLAGGED)[number];
/** How long after the last attempt a lock that heals by time may have healed, in milliseconds. */
const HEALED_AFTER = 3_600_000;

/** Reads flags into the ledger: what the token says, and what it says without us having done anything. */
export class Observer {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  /** Warning bits that a success of ours contradicted, by host generation, identity and kind. */
  readonly #stale = new Map<string, number>();

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  /** What the ledger holds of this PIN. */
  count(token: Token, kind: PinKind): LedgerCount {
    return this.#ledger.count(accountOf(token), kind);
  }

  /** The status that these facts and the ledger give. */
  status(token: Token, facts: TokenFacts, kind: PinKind): PinStatus {
    return pinStatus({
      kind,
      flags: facts.flags,
      count: this.count(token, kind),
      profile: token.driver.profile,
      flagsReliable: this.#reliable(token, kind),
      staleFlags: this.#stale.get(staleKey(token, flagged(kind))) ?? 0,
      observedAt: new Date(this.#now()).toISOString(),
    });
  }

  /** A look at the token outside an attempt: flags that moved since the last look were moved by somebody else. */
  look(token: Token, facts: TokenFacts): void {
    for (const kind of FLAGGED) this.#lookAt(token, facts, kind);
    if (token.driver.profile.quirks.healsByTime) for (const kind of KINDS) this.#heal(token, facts, kind);
  }

  /**
   * The token is back after having been away. Others may have used it; a lock that it does not show any more may have been
   * lifted. That is no return to full: the state becomes unknown and a try needs consent. A token that never locks by itself
   * stays locked, because nobody but the ledger would hold it.
   */
  returned(token: Token, wasGone: boolean): void {
    const { facts } = token;
    this.#ledger.returned(token.identity);
    if (!wasGone || !token.driver.profile.quirks.locksItself) return;
    this.look(token, facts);
    for (const kind of KINDS) this.#doubtLock(token, facts, kind);
  }

  /** The look after an attempt of ours. `moves` are the PINs whose flags it may have moved; others were moved by somebody else. */
  after(
    token: Token,
    kind: PinKind,
    outcome: AttemptOutcome,
    moves: readonly PinKind[],
    before: TokenFacts,
    after: TokenFacts,
  ): void {
    if (outcome === 'rejected' || outcome === 'locked') this.#noteFlags(token, kind, before, after);
    for (const each of FLAGGED) {
      if (moves.some((one) => flagged(one) === each)) this.#lookAfter(token, after, each, outcome);
      else this.#lookAt(token, after, each);
    }
  }

  #lookAfter(token: Token, facts: TokenFacts, kind: Flagged, outcome: AttemptOutcome): void {
    const flags = warningFlags(facts.flags, kind);
    const soft = flags & ~FLAG.locked;
    const stale = outcome === 'accepted' && soft !== 0 && token.driver.profile.quirks.flagsStale;
    if (stale) this.#stale.set(staleKey(token, kind), soft);
    else this.#stale.delete(staleKey(token, kind));
    this.#observe(token, facts, kind, { trusted: stale ? flags & FLAG.locked : flags, outside: false, unlocked: false });
  }

  #lookAt(token: Token, facts: TokenFacts, kind: Flagged): void {
    const flags = warningFlags(facts.flags, kind);
    const { lastFlags } = this.count(token, kind);
    if (lastFlags === flags) return;
    const { locksItself } = token.driver.profile.quirks;
    const unlocked = locksItself && ((lastFlags ?? 0) & FLAG.locked) !== 0 && (flags & FLAG.locked) === 0;
    this.#stale.delete(staleKey(token, kind));
    this.#observe(token, facts, kind, { trusted: flags, outside: lastFlags !== null, unlocked });
  }

  #observe(token: Token, facts: TokenFacts, kind: Flagged, seen: { trusted: number; outside: boolean; unlocked: boolean }): void {
    const { profile } = token.driver;
    // SoftHSM2's blank slot shows lock flags that mean nothing.
    const trusted = (facts.flags & FLAG.initialised) === 0 ? 0 : seen.trusted;
    const locked = (trusted & FLAG.locked) !== 0;
    this.#ledger.observe(accountOf(token), kind, {
      flags: warningFlags(facts.flags, kind),
      locked,
      atMost: locked || !profile.quirks.locksItself ? null : leftByFlags(trusted, tryLimit(profile, kind)),
      outside: seen.outside,
      unlocked: seen.unlocked,
    });
  }

  #doubtLock(token: Token, facts: TokenFacts, kind: PinKind): void {
    if ((warningFlags(facts.flags, kind) & FLAG.locked) !== 0) return;
    if (this.status(token, facts, kind).state === 'locked') this.#ledger.doubt(token.identity, kind);
  }

  #heal(token: Token, facts: TokenFacts, kind: PinKind): void {
    if (!token.driver.profile.quirks.healsByTime || this.status(token, facts, kind).state !== 'locked') return;
    const last = this.#ledger.lastAttempt(accountOf(token), kind);
    if (last !== null && this.#now() - last > HEALED_AFTER) this.#doubtLock(token, facts, kind);
  }

  /** COUNT_LOW that stays is what an honest token shows too, as long as it has no reason to raise FINAL_TRY. */
  #noteFlags(token: Token, kind: PinKind, before: TokenFacts, after: TokenFacts): void {
    const was = warningFlags(before.flags, kind);
    const is = warningFlags(after.flags, kind);
    const { profile, id } = token.driver;
    const { rejected, indeterminate } = this.count(token, kind);
    const early = is === FLAG.low && tryLimit(profile, kind) - rejected - indeterminate > 1;
    if (was === is && early) return;
    this.#ledger.noteFlags(id, modelOf(token), kind, was !== is);
  }

  #reliable(token: Token, kind: PinKind): PinStatus['flagsReliable'] {
    const trust = token.driver.profile.quirks.flags;
    if (trust === 'unreliable' || trust === 'none') return 'no';
    const seen = this.#ledger.flagsReliable(token.driver.id, modelOf(token), kind);
    return seen === 'unproven' && trust === 'reliable' ? 'yes' : seen;
  }
}

/** Runs an observation whose loss only leaves the ledger as it was: the next look makes it again. */
export function tolerantly(observe: () => void): void {
  try {
    observe();
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
  }
}

function modelOf(token: Token): string {
  return `${token.facts.manufacturer}/${token.facts.model}`;
}

function flagged(kind: PinKind): Flagged {
  return kind === 'so' ? 'so' : 'user';
}

function staleKey(token: Token, kind: Flagged): string {
  return `${token.driver.id}#${token.generation}#${token.identity}#${kind}`;
}
