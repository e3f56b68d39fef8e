import {
  type CallName,
  CKR,
  CkFailure,
  conservativeQuirks,
  type Driver,
  type DriverCalls,
  DriverFailure,
  type DriverProfile,
  type DriverStatus,
  identityOf,
  type ObjectReport,
  type PinAnswer,
  type Quirks,
  type Secret,
  type SignAnswer,
  type SignRequest,
  type TokenFacts,
} from '../../src/drivers/index.ts';
import type { CardKind, ModelCard } from './model-card.ts';

/** What goes wrong around the next call that can present a PIN: before the card saw it, after, or instead of an answer. */
export type Fault =
  | { at: 'before' | 'after'; how: 'crash' | 'timeout' | 'pull' }
  | { at: 'before' | 'after'; how: 'answer'; rv: number }
  | { at: 'before'; how: 'unavailable' };

export interface ScriptOptions {
  id?: string;
  quirks?: Partial<Quirks>;
  tryLimit?: DriverProfile['tryLimit'];
  environment?: Record<string, string>;
  /** Calls wait for `step()` instead of being answered at once. */
  stepped?: boolean;
}

interface Call {
  name: CallName;
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Set once the library has run it and only the answer is on its way. */
  deliver?: () => void;
}

/** A driver without a process: cards in slots, calls one at a time, faults on demand, and a count of what reached the card. */
export class ScriptedDriver implements Driver {
  readonly id: string;
  readonly profile: DriverProfile;
  readonly environment: Readonly<Record<string, string>>;
  readonly slots = new Map<string, ModelCard>();
  readonly calls: CallName[] = [];
  generation = 1;
  lineage = 1;
  recycled = 0;
  objects: Partial<ObjectReport> = {};
  alwaysAuthenticate = false;
  /** Return values that the next signatures answer, in order; undefined signs. */
  signAnswers: (number | undefined)[] = [];
  faults: Fault[] = [];
  rescan = false;
  listingFails: number | null = null;
  tokenFails: number | null = null;
  unreadable = new Map<string, number>();
  /** Sees every presentation before the card does. */
  onPresent: (kind: CardKind, secret: Secret | null) => void = () => undefined;
  /** Sees what each reading of a token told, when the answer arrives. */
  onFacts: (facts: TokenFacts) => void = () => undefined;
  readonly loggedIn = new Set<string>();
  readonly #stepped: boolean;
  readonly #wrong = new Set<string>();
  #queue: Call[] = [];

  constructor(card: ModelCard | null, options: ScriptOptions = {}) {
    this.id = options.id ?? 'scripted';
    this.environment = options.environment ?? {};
    this.#stepped = options.stepped ?? false;
    const quirks = { ...conservativeQuirks, unblock: 'init-pin' as const, ...options.quirks };
    const tryLimit =
      options.tryLimit === undefined
        ? card === null
          ? null
          : { user: card.options.limit, so: card.options.limit }
        : options.tryLimit;
    this.profile = { id: this.id, vendor: null, name: 'Scripted', tryLimit, quirks };
    if (card !== null) this.slots.set('00', card);
  }

  /** Presentations that really reached a card. */
  get presentations(): number {
    return [...this.slots.values()].reduce((sum, card) => sum + card.seen.length, 0);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  status(): DriverStatus {
    const { id } = this;
    return {
      id,
      name: id,
      library: '',
      state: 'running',
      version: '1',
      crashes: 0,
      lastError: null,
      queueLength: this.waiting,
      pid: null,
    };
  }

  recycle(): void {
    this.recycled += 1;
    this.rescan = false;
    const [wrong, lineage] = [[...this.#wrong], this.lineage];
    this.crash();
    for (const value of wrong) this.#wrong.add(value);
    this.lineage = lineage;
  }

  /** The host dies: everything under way is lost with it, and so is what it remembered. */
  crash(code: 'driver_crashed' | 'driver_timeout' = 'driver_crashed'): void {
    const lost = this.#queue;
    this.#queue = [];
    this.generation += 1;
    this.lineage += 1;
    this.loggedIn.clear();
    this.#wrong.clear();
    for (const card of this.slots.values()) card.forgetCache();
    for (const [index, call] of lost.entries()) call.reject(new DriverFailure(code, this.id, 'gone', index === 0));
  }

  /** The daemon dies, and its host with it: nobody is left to be told. */
  abandon(): void {
    this.#queue = [];
    this.crash();
  }

  call<Name extends CallName>(name: Name, args: DriverCalls[Name]['args']): Promise<DriverCalls[Name]['answer']> {
    this.calls.push(name);
    return new Promise((resolve, reject) => {
      const run = (): unknown => this.#execute(name, args);
      this.#queue.push({ name, run, resolve: resolve as (value: unknown) => void, reject });
      if (!this.#stepped) queueMicrotask(() => this.drain());
    });
  }

  /** Takes the call at the head one step on: the library runs it, or its answer arrives. */
  step(): void {
    const head = this.#queue[0];
    if (head === undefined) return;
    if (head.deliver !== undefined) {
      this.#queue.shift();
      head.deliver();
      return;
    }
    const { generation } = this;
    try {
      const value = head.run();
      head.deliver = () => {
        if (head.name === 'token') this.onFacts(value as TokenFacts);
        head.resolve(value);
      };
    } catch (error) {
      head.deliver = () => head.reject(error);
    }
    // The host died of it: whoever waits has been told.
    if (generation !== this.generation) return;
  }

  drain(): void {
    while (this.#queue.length > 0) this.step();
  }

  #execute(name: CallName, args: object): unknown {
    const { slot } = args as { slot: string };
    switch (name) {
      case 'slots':
        if (this.listingFails !== null) throw new CkFailure(this.listingFails, 'C_GetSlotList');
        return { slots: [...this.slots].map(([at, card]) => this.#report(at, card)), rescan: this.rescan };
      case 'token':
        if (this.tokenFails !== null) throw new CkFailure(this.tokenFails, 'C_GetTokenInfo');
        return this.#card(slot, 'C_GetTokenInfo').facts();
      case 'login':
        return this.#present('user', args as DriverCalls['login']['args'], (card, pin) => this.#login(card, slot, pin));
      case 'changePin':
        return this.#renewed(
          this.#present('user', args as DriverCalls['changePin']['args'], (card, pin) => this.#change(card, args, pin)),
        );
      case 'unblock':
        return this.#renewed(
          this.#present('so', args as DriverCalls['unblock']['args'], (card, puk) => this.#unblock(card, slot, args, puk)),
        );
      case 'sign':
        return this.#sign(args as SignRequest);
      case 'objects':
        return this.#objects(slot);
      case 'logout':
        this.loggedIn.delete(slot);
        return { rv: CKR.CKR_OK };
      case 'forget':
        this.#wrong.clear();
        return {};
      case 'release':
        return {};
      case 'surrender':
      case 'inherit':
        throw new Error('the client’s own');
    }
  }

  #report(slot: string, card: ModelCard): DriverCalls['slots']['answer']['slots'][number] {
    const unreadable = this.unreadable.get(slot);
    const reader = `Reader ${slot}`;
    return unreadable === undefined ? { slot, reader, token: card.facts() } : { slot, reader, token: null, unreadable };
  }

  #card(slot: string, fn: string): ModelCard {
    const card = this.slots.get(slot);
    if (card === undefined) throw new CkFailure(CKR.CKR_TOKEN_NOT_PRESENT, fn);
    return card;
  }

  #login(card: ModelCard, slot: string, pin: string): PinAnswer {
    this.loggedIn.delete(slot);
    const rv = card.verify('user', pin);
    if (rv === CKR.CKR_OK) this.loggedIn.add(slot);
    return { rv, step: 'login' };
  }

  #change(card: ModelCard, args: object, pin: string): PinAnswer {
    const { newPin } = args as DriverCalls['changePin']['args'];
    const rv = card.verify('user', pin);
    if (rv !== CKR.CKR_OK) return { rv, step: 'login' };
    const next = newPin?.bytes.toString() ?? '';
    if (next === '0000') return { rv: CKR.CKR_PIN_INVALID, step: 'set-pin', proven: true };
    card.setPin(next);
    return { rv: CKR.CKR_OK, step: 'set-pin', proven: true };
  }

  #unblock(card: ModelCard, slot: string, args: object, puk: string): PinAnswer {
    const { newPin } = args as DriverCalls['unblock']['args'];
    this.loggedIn.delete(slot);
    const rv = card.verify('so', puk);
    if (rv !== CKR.CKR_OK) return { rv, step: 'login' };
    const next = newPin?.bytes.toString() ?? '';
    if (next === '0000') return { rv: CKR.CKR_PIN_INVALID, step: 'init-pin', proven: true };
    card.initPin(next);
    return { rv: CKR.CKR_OK, step: 'init-pin', proven: true };
  }

  #present(
    kind: CardKind,
    args: { slot: string; identity: string; pin?: Secret | null; currentPin?: Secret | null; puk?: Secret | null },
    work: (card: ModelCard, value: string) => PinAnswer,
  ): PinAnswer {
    const secret = args.pin ?? args.currentPin ?? args.puk ?? null;
    const card = this.slots.get(args.slot);
    if (card === undefined) return { rv: CKR.CKR_TOKEN_NOT_PRESENT, step: 'prepare' };
    if (identityOf(card.facts()) !== args.identity) return { rv: CKR.CKR_TOKEN_NOT_RECOGNIZED, step: 'prepare' };
    return this.#faulty(kind, args.slot, card, secret, work, 'login');
  }

  #faulty(
    kind: CardKind,
    slot: string,
    card: ModelCard,
    secret: Secret | null,
    work: (card: ModelCard, value: string) => PinAnswer,
    step: PinAnswer['step'],
  ): PinAnswer {
    const value = secret === null ? card.pin(kind) : secret.bytes.toString();
    const mark = `${slot}/${kind === 'context' ? 'user' : kind}/${value}`;
    if (this.#wrong.has(mark)) return { rv: CKR.CKR_PIN_INCORRECT, step: 'prepare', knownWrong: true };
    const fault = this.faults.shift();
    this.onPresent(kind, secret);
    if (fault?.at === 'before') return this.#fail(fault, slot, step);
    const answer = work(card, value);
    if (fault !== undefined) return this.#fail(fault, slot, step);
    if (answer.rv === card.options.wrongAnswer) this.#wrong.add(mark);
    return answer;
  }

  #fail(fault: Fault, slot: string, step: PinAnswer['step']): PinAnswer {
    if (fault.how === 'answer') return { rv: fault.rv, step };
    if (fault.how === 'pull') {
      this.slots.delete(slot);
      return { rv: CKR.CKR_DEVICE_REMOVED, step };
    }
    if (fault.how === 'unavailable') throw new DriverFailure('queue_full', this.id, 'full', false);
    this.crash(fault.how === 'crash' ? 'driver_crashed' : 'driver_timeout');
    return { rv: CKR.CKR_GENERAL_ERROR, step };
  }

  /** A new user PIN: what was wrong before may be right now. */
  #renewed(answer: PinAnswer): PinAnswer {
    if (answer.rv === CKR.CKR_OK) for (const mark of this.#wrong) if (mark.includes('/user/')) this.#wrong.delete(mark);
    return answer;
  }

  #objects(slot: string): ObjectReport {
    this.#card(slot, 'C_OpenSession');
    const loggedIn = this.loggedIn.has(slot);
    const keys = loggedIn ? (this.objects.privateKeys ?? []) : [];
    return { certificates: [], publicKeys: [], mechanisms: [0x1, 0x40, 0x1041], ...this.objects, privateKeys: keys, loggedIn };
  }

  #sign(request: SignRequest): SignAnswer {
    const { slot, inputs, expectedLength, contextPin } = request;
    const card = this.#card(slot, 'C_SignInit');
    if (!this.loggedIn.has(slot)) throw new CkFailure(CKR.CKR_USER_NOT_LOGGED_IN, 'C_SignInit');
    const signatures: Buffer[] = [];
    for (const input of inputs) {
      const rv = this.signAnswers.shift();
      if (rv !== undefined) throw new CkFailure(rv, 'C_Sign');
      if (contextPin !== undefined) {
        const verify = (at: ModelCard, pin: string): PinAnswer => ({ rv: at.verify('context', pin), step: 'context-login' });
        const context = this.#faulty('context', slot, card, contextPin, verify, 'context-login');
        if (context.rv !== CKR.CKR_OK) return { signatures, context };
        return { signatures: [signature(input, expectedLength)], context };
      }
      signatures.push(signature(input, expectedLength));
    }
    return { signatures };
  }
}

/** A signature that tells which input it was made of. */
export function signature(input: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  input.subarray(Math.max(0, input.length - 8)).copy(out);
  return out;
}
