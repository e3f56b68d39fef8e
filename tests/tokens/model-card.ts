import { CKR, type TokenFacts } from '../../src/drivers/index.ts';

/** How a token shows its counters: which of the measured families of flags it belongs to. */
export type Dialect = 'cumulative' | 'exclusive' | 'opensc' | 'cached' | 'low-only' | 'none';

export type CardKind = 'user' | 'so' | 'context';

export interface CardOptions {
  limit?: number;
  dialect?: Dialect;
  /** What the wrong PIN that takes the last try answers. */
  lastWrong?: 'incorrect' | 'locked';
  successResets?: boolean;
  /** False: wrong PINs are counted for ever and nothing comes of it. */
  locks?: boolean;
  /** Answer to a wrong PIN, when it is not CKR_PIN_INCORRECT. */
  wrongAnswer?: number;
  pinPad?: boolean;
  /** True when context-specific logins have a PIN of their own. */
  separateContext?: boolean;
  label?: string;
  serial?: string;
}

interface Counter {
  value: string;
  left: number;
}

/** One presentation that the card really saw. */
export interface Seen {
  kind: CardKind;
  value: string;
  right: boolean;
  leftBefore: number;
}

const LOW = 0x10000;
const FINAL = 0x20000;
const LOCKED = 0x40000;

/** A card with counters that are the truth, whatever its flags say of them. */
export class ModelCard {
  readonly options: Required<CardOptions>;
  readonly seen: Seen[] = [];
  readonly #counters: Record<CardKind, Counter>;
  /** Wrong since the last success, for tokens that show that for ever. */
  readonly #wrong: Record<CardKind, boolean> = { user: false, so: false, context: false };
  /** Flags that a driver of the cached family keeps until its process ends. */
  readonly cache = new Map<CardKind, number>();
  userPinInitialised = true;

  constructor(options: CardOptions = {}) {
    this.options = {
      limit: 3,
      dialect: 'cumulative',
      lastWrong: 'incorrect',
      successResets: true,
      locks: true,
      wrongAnswer: CKR.CKR_PIN_INCORRECT,
      pinPad: false,
      separateContext: false,
      label: 'Card',
      serial: '1',
      ...options,
    };
    const { limit } = this.options;
    const user = { value: '123456', left: limit };
    const context = this.options.separateContext ? { value: '123456', left: limit } : user;
    this.#counters = { user, context, so: { value: '12345678', left: limit } };
  }

  /** Tries that are left, truly. */
  left(kind: CardKind): number {
    return this.options.locks ? this.#counters[kind].left : this.options.limit;
  }

  pin(kind: CardKind): string {
    return this.#counters[kind].value;
  }

  /** The card's answer to a PIN, which it counts. */
  verify(kind: CardKind, value: string): number {
    const counter = this.#counters[kind];
    const right = value === counter.value;
    this.seen.push({ kind, value, right, leftBefore: this.left(kind) });
    if (this.options.locks && counter.left === 0) return CKR.CKR_PIN_LOCKED;
    if (right) {
      if (this.options.successResets) counter.left = this.options.limit;
      this.#wrong[kind] = false;
      return CKR.CKR_OK;
    }
    if (this.options.locks) counter.left -= 1;
    this.#wrong[kind] = true;
    this.cache.set(kind, this.#flags(kind, 'opensc'));
    if (counter.left === 0 && this.options.lastWrong === 'locked') return CKR.CKR_PIN_LOCKED;
    return this.options.wrongAnswer;
  }

  /** A new user PIN, by whoever may. */
  initPin(value: string): void {
    this.setPin(value);
    this.#counters.user.left = this.options.limit;
    this.#wrong.user = false;
    this.cache.delete('user');
  }

  setPin(value: string): void {
    this.#counters.user.value = value;
  }

  /** A new driver process: what the last one remembered is gone. */
  forgetCache(): void {
    this.cache.clear();
  }

  facts(): TokenFacts {
    const { pinPad, label, serial } = this.options;
    let flags = 0x404 | (this.userPinInitialised ? 0x8 : 0) | (pinPad ? 0x100 : 0);
    flags |= this.#shown('user') | (this.#shown('so') << 4);
    return { label, manufacturer: 'Model', model: 'Card', serial, flags, minPinLength: 4, maxPinLength: 8 };
  }

  #shown(kind: CardKind): number {
    if (this.options.dialect !== 'cached') return this.#flags(kind, this.options.dialect);
    const kept = this.cache.get(kind);
    if (kept !== undefined) return kept;
    const fresh = this.#flags(kind, 'opensc');
    this.cache.set(kind, fresh);
    return fresh;
  }

  #flags(kind: CardKind, dialect: Dialect): number {
    const left = this.left(kind);
    const low = this.#wrong[kind] && left > 0;
    if (dialect === 'none') return 0;
    if (dialect === 'low-only') return this.#wrong[kind] ? LOW : 0;
    if (dialect === 'opensc' || dialect === 'cached') return left === 0 ? LOCKED : left === 1 ? FINAL : 0;
    if (left === 0) return dialect === 'cumulative' ? LOW | FINAL | LOCKED : LOCKED;
    if (left === 1) return dialect === 'cumulative' ? LOW | FINAL : FINAL;
    return low || left < this.options.limit ? LOW : 0;
  }
}
