import { CKR, type PinAnswer, Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { Audit, type Database, Ledger } from '../../src/store/index.ts';
import { Guard } from '../../src/tokens/guard.ts';
import { Registry } from '../../src/tokens/registry.ts';
import type { PinStatus } from '../../src/tokens/status.ts';
import type { Token } from '../../src/tokens/token.ts';
import type { CardKind, ModelCard } from './model-card.ts';
import type { ScriptedDriver } from './scripted-driver.ts';

const FINAL = 0x20000;
const LOCKED = 0x40000;

/** What a person typed, once. */
interface Submission {
  kind: CardKind;
  consent: string | undefined;
  presented: number;
  /** Host, counter and value, as the host remembers a rejected one. */
  mark: string;
  /** The PIN's lock was in doubt when it was presented. */
  lifted: boolean;
}

/** What Signet can know of a PIN, kept by other rules than Signet's own: plain sums over what it was told. */
interface Knowledge {
  /** Wrong or unclear since the last success that Signet saw. */
  spent: number;
  lockSeen: boolean;
  lifted: boolean;
}

/** One daemon after another over one database, one driver and one card, with an observer that counts. */
export class World {
  readonly card: ModelCard;
  readonly driver: ScriptedDriver;
  readonly #db: () => Database;
  readonly #submissions = new Map<Secret, Submission>();
  readonly #usedConsents = new Set<string>();
  readonly #rejected = new Set<string>();
  readonly #known: Record<CardKind, Knowledge> = { user: fresh(), so: fresh(), context: fresh() };
  readonly #lastStates = new Map<CardKind, PinStatus>();
  readonly #gone = new Set<string>();
  readonly failures: string[] = [];
  readonly outcomes = new Map<string, number>();
  /** Consents that nobody used yet. */
  readonly unusedConsents: { kind: CardKind; consent: string }[] = [];
  /** Somebody else presented a wrong PIN since the counter was last full. */
  tainted: Record<CardKind, boolean> = { user: false, so: false, context: false };
  now = 1_000_000;
  guard: Guard;
  #registry: Registry;
  #life = 0;
  #flags = 0;
  /** Flags as an attempt read them inside its lock: what moves after that, no program can know before it presents. */
  #checked = 0;
  #wasGone = false;
  /** An unblock of Signet's own got through; the flags that it moves are read next. */
  #unblocking = false;

  constructor(card: ModelCard, driver: ScriptedDriver, db: () => Database) {
    this.card = card;
    this.driver = driver;
    this.#db = db;
    driver.onPresent = (kind, secret) => this.#onPresent(kind, secret);
    driver.onFacts = ({ flags }) => {
      this.#read(flags);
      this.#checked = flags;
    };
    ({ guard: this.guard, registry: this.#registry } = this.#start());
    this.look();
  }

  get presented(): number {
    return [...this.#submissions.values()].reduce((sum, { presented }) => sum + presented, 0);
  }

  get submitted(): number {
    return this.#submissions.size;
  }

  get token(): Token | undefined {
    return this.#registry.list()[0];
  }

  /** A daemon starts on what the last one left behind. */
  boot(): void {
    this.#life += 1;
    this.#unblocking = false;
    ({ guard: this.guard, registry: this.#registry } = this.#start());
    this.look();
  }

  #start(): { guard: Guard; registry: Registry } {
    const db = this.#db();
    const ledger = new Ledger(db, () => new Date(this.now));
    ledger.settle();
    const guard = new Guard({ ledger, audit: new Audit(db), now: () => this.now });
    const registry = new Registry({
      onInserted: (token) => guard.returned(token, this.#gone.delete(token.identity)),
      onRemoved: (token, gone) => {
        if (gone) this.#gone.add(token.identity);
      },
      onSeen: (token) => guard.seen(token),
    });
    return { guard, registry };
  }

  /** What a look at the slots finds, as the watch takes it in. */
  look(): void {
    const { slots } = this.driver;
    const reports = [...slots].map(([slot, card]) => ({ slot, reader: slot, token: card.facts() }));
    const before = this.token;
    this.#registry.update(this.driver, reports);
    // While a reading of an attempt's own is on its way, Signet leaves this one alone, because it cannot tell which is the newer.
    if (this.driver.waiting === 0) for (const { token } of reports) this.#read(token.flags);
    const back = this.token;
    // A card that Signet saw go and come back without its lock may have been unblocked by its issuer.
    if (before === undefined && back !== undefined && this.#wasGone) {
      for (const kind of KINDS) if (!this.#flag(kind, LOCKED)) this.#known[kind].lifted = true;
    }
    if (before !== undefined && back === undefined) this.#wasGone = before.generation === this.driver.generation;
    else if (back !== undefined) this.#wasGone = false;
  }

  /** Signet has read the flags. A lock that the token has dropped by itself leaves one try; there are none for context-specific logins. */
  #read(flags: number): void {
    for (const kind of ['user', 'so'] as const) {
      const dropped = this.#flag(kind, LOCKED) && (shown(flags, kind) & LOCKED) === 0;
      if (dropped && !this.#unblocking)
        this.#known[kind] = { spent: this.card.options.limit - 1, lockSeen: false, lifted: false };
    }
    this.#unblocking = false;
    this.#flags = flags;
  }

  /** A person types a PIN. Resolves when the answer is there; never rejects. */
  async submit(kind: CardKind, caller: string, value: string, consent: string | undefined): Promise<void> {
    const { token } = this;
    if (token === undefined) return;
    const secret = Secret.fromText(value);
    const newPin = kind === 'so' ? Secret.fromText('123456') : null;
    this.#submissions.set(secret, { kind, consent, presented: 0, mark: '', lifted: false });
    const life = this.#life;
    const purpose = kind === 'so' ? 'unblock' : kind === 'context' ? 'context' : 'login';
    let outcome = 'accepted';
    try {
      await this.guard.present({
        token,
        kind,
        purpose,
        caller: { id: caller },
        consent,
        secret,
        ...(newPin === null ? {} : { newPin }),
        present: async ({ driver, slot, identity }): Promise<PinAnswer> => {
          if (kind === 'so') {
            const answer = await driver.call('unblock', { slot, identity, style: 'init-pin', puk: secret, newPin });
            if (answer.rv === CKR.CKR_OK && life === this.#life) this.#unblocking = true;
            return answer;
          }
          if (kind === 'user') return driver.call('login', { slot, identity, pin: secret });
          this.driver.loggedIn.add(slot);
          const request = { slot, keyId: '01', mechanism: 1, inputs: [Buffer.from('x')], expectedLength: 8 };
          const { context } = await driver.call('sign', { ...request, identity, contextPin: secret });
          if (context === undefined) throw new Error('no context');
          return context;
        },
      });
    } catch (error) {
      outcome = error instanceof SignetError ? error.code : `unexpected ${String(error)}`;
    }
    if (life !== this.#life) return;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (outcome.startsWith('unexpected') || outcome === 'internal_error') this.failures.push(outcome);
    this.#learn(kind, outcome, secret);
  }

  async consent(kind: CardKind): Promise<string | undefined> {
    const { token } = this;
    if (token === undefined) return undefined;
    try {
      const { consent } = await this.guard.consent(token, kind, { id: 'person' });
      this.unusedConsents.push({ kind, consent });
      return consent;
    } catch (error) {
      if (!(error instanceof SignetError)) this.failures.push(`consent ${String(error)}`);
      return undefined;
    }
  }

  /** Holds what Signet says against what the card knows. */
  check(after: string): void {
    const { token } = this;
    if (token === undefined) return;
    for (const kind of KINDS) {
      const status = this.guard.status(token, kind);
      const truth = this.card.left(kind);
      const { remaining } = status;
      const fail = (what: string): void =>
        void this.failures.push(`${after}: ${kind} ${what}; truth ${truth}; ${JSON.stringify(status)}`);
      if (this.card.options.locks && !this.tainted[kind]) {
        if (remaining !== null && remaining.atMost > truth) fail('promises too much');
        if (remaining !== null && remaining.atLeast > truth) fail('is too sure');
      }
      if (
        this.card.options.locks &&
        this.tainted[kind] &&
        this.#revealed(kind, token) &&
        remaining !== null &&
        remaining.atMost > truth
      ) {
        fail('overlooks what the flags reveal');
      }
      if (remaining !== null && remaining.atLeast > remaining.atMost) fail('contradicts itself');
      const last = this.#lastStates.get(kind);
      if (last?.state === 'locked' && status.state !== 'locked' && !this.#mayUnlock(kind, status)) fail('lost its lock');
      this.#lastStates.set(kind, status);
    }
  }

  #revealed(kind: CardKind, token: Token): boolean {
    const { dialect, limit, separateContext } = this.card.options;
    if (kind === 'context' && separateContext) return false;
    const current = token.facts.flags === this.card.facts().flags;
    return current && limit <= 3 && (dialect === 'cumulative' || dialect === 'exclusive');
  }

  #mayUnlock(kind: CardKind, status: PinStatus): boolean {
    const { spent, lockSeen, lifted } = this.#known[kind];
    const held = lockSeen || spent >= this.card.options.limit;
    return !held || (lifted && status.state === 'unknown');
  }

  #onPresent(kind: CardKind, secret: Secret | null): void {
    const submission = secret === null ? undefined : this.#submissions.get(secret);
    const fail = (what: string): void => void this.failures.push(`presented ${kind} ${what}`);
    if (submission === undefined || secret === null) throw new Error('presented what nobody typed');
    submission.presented += 1;
    if (submission.presented > 1) fail('twice');
    const mark = `${this.driver.generation}/${kind === 'context' ? 'user' : kind}/${secret.bytes.toString()}`;
    submission.mark = mark;
    if (this.#rejected.has(mark)) fail('a value known to be wrong');
    const { limit } = this.card.options;
    const known = this.#known[kind];
    const { locksItself } = this.driver.profile.quirks;
    const checked = (bit: number): boolean => (shown(this.#checked, kind) & bit) !== 0;
    const locked = checked(LOCKED) || known.lockSeen || known.spent >= limit;
    if (locked && !(known.lifted && locksItself)) fail(`while locked ${JSON.stringify(known)}`);
    const last = (locked && known.lifted) || checked(FINAL) || known.spent === limit - 1;
    const { consent } = submission;
    const stale = this.driver.profile.quirks.flagsStale && known.spent < limit - 1 && !locked;
    if (last && !stale && (consent === undefined || this.#usedConsents.has(consent)))
      fail(`at the last try without consent ${JSON.stringify(known)}`);
    if (consent !== undefined) this.#usedConsents.add(consent);
    submission.lifted = known.lifted;
    known.lifted = false;
    // Until an answer arrives it counts as spent.
    known.spent += 1;
  }

  /** Flags as Signet last read them. */
  #flag(kind: CardKind, bit: number): boolean {
    return (shown(this.#flags, kind) & bit) !== 0;
  }

  #learn(kind: CardKind, outcome: string, secret: Secret): void {
    const submission = this.#submissions.get(secret);
    if (submission === undefined || submission.presented === 0) return;
    const known = this.#known[kind];
    if (outcome === 'accepted') {
      this.#known[kind] = this.driver.profile.quirks.successResets
        ? fresh()
        : { ...known, spent: known.spent - 1, lockSeen: false };
      if (kind === 'so') this.#unblocked();
      return;
    }
    if (outcome === 'pin_locked') known.lockSeen = true;
    // CKR_PIN_LOCKED is the answer to the right PIN, too, and says nothing of the value.
    if (outcome === 'pin_incorrect') this.#rejected.add(submission.mark);
    if (!UNSPENT.has(outcome)) return;
    known.spent -= 1;
    known.lifted ||= submission.lifted;
  }

  #unblocked(): void {
    this.#known.user = fresh();
    if (!this.driver.profile.quirks.locksItself) this.#known.context = fresh();
    // The PIN is a new one, so that no value is known to be wrong any more.
    for (const mark of this.#rejected) if (mark.includes('/user/')) this.#rejected.delete(mark);
  }

  /** The card's counters are full again, whoever did it. */
  settleTaint(): void {
    for (const kind of KINDS) if (this.card.left(kind) === this.card.options.limit) this.tainted[kind] = false;
  }
}

export const KINDS: readonly CardKind[] = ['user', 'so', 'context'];

/** Ends of an attempt that reached the driver and yet certainly spent nothing. */
const UNSPENT = new Set(['prompt_cancelled', 'token_removed', 'driver_refused', 'queue_full', 'pin_state_unknown']);

/** Answers that no table knows. */
export const STRANGE: readonly number[] = [
  CKR.CKR_GENERAL_ERROR,
  CKR.CKR_FUNCTION_FAILED,
  CKR.CKR_DEVICE_ERROR,
  0x80000123,
  0x666,
];

function shown(flags: number, kind: CardKind): number {
  return kind === 'so' ? flags >>> 4 : flags;
}

function fresh(): Knowledge {
  return { spent: 0, lockSeen: false, lifted: false };
}
