import { CKR } from '../ckr.ts';
import { CkFailure, type DriverCalls, type PinAnswer } from '../driver.ts';
import { identityOf } from '../identity.ts';
import type { KnownWrong, PinPurpose } from './known-wrong.ts';
import { ck, type Handle, type Library } from './library.ts';
import { tokenFacts } from './listing.ts';
import { CKU, type PinFunctions } from './login.ts';
import { type LaneSessions, quietly, slotHandle } from './sessions.ts';

type Args<Name extends 'login' | 'changePin' | 'unblock'> = {
  [Key in keyof DriverCalls[Name]['args']]: Key extends 'pin' | 'puk' | 'currentPin' | 'newPin'
    ? Buffer | null
    : DriverCalls[Name]['args'][Key];
};

/** What the presenter works with. `wrongAnswers` are this driver's ways to say "wrong PIN" besides CKR_PIN_INCORRECT. */
export interface PresenterParts {
  library: Library;
  sessions: LaneSessions;
  pins: PinFunctions;
  wrong: KnownWrong;
  wrongAnswers: ReadonlySet<number>;
}

/** The calls that can spend a try. Each spends at most one per invocation, and none at all for a known wrong value. */
export class Presenter {
  readonly #library: Library;
  readonly #sessions: LaneSessions;
  readonly #pins: PinFunctions;
  readonly #wrong: KnownWrong;
  readonly #wrongAnswers: ReadonlySet<number>;

  constructor({ library, sessions, pins, wrong, wrongAnswers }: PresenterParts) {
    this.#library = library;
    this.#sessions = sessions;
    this.#pins = pins;
    this.#wrong = wrong;
    this.#wrongAnswers = wrongAnswers;
  }

  /**
   * C_Login. Logs out first: while anybody is logged in, SoftHSM2 and OpenSC answer CKR_USER_ALREADY_LOGGED_IN to a wrong PIN
   * too, so that only a fresh login proves a PIN. The user stays logged in afterwards.
   */
  login({ slot, identity, pin }: Args<'login'>): PinAnswer {
    return this.#prepared(slot, identity, 'user', pin, ({ handle, keys, loggedIn }) => {
      keys.clear();
      if (loggedIn) this.#logout(handle);
      return this.#present('login', identity, 'user', pin, () => this.#pins.login(handle, CKU.user, pin));
    });
  }

  /**
   * Change of the user PIN. While the user is logged in C_SetPIN checks the old PIN itself; otherwise C_Login checks it first,
   * because OpenSC may take a C_SetPIN outside a login for an attempt on the PUK. One presentation of the old PIN can fail.
   */
  changePin({ slot, identity, currentPin, newPin }: Args<'changePin'>): PinAnswer {
    return this.#prepared(slot, identity, 'user', currentPin, ({ loggedIn }) =>
      this.#sessions.readWrite(slot, (handle) => {
        const change = (): number => this.#pins.setPin(handle, currentPin, newPin);
        if (loggedIn) return this.#renewed(identity, this.#present('set-pin', identity, 'user', currentPin, change));
        const login = this.#present('login', identity, 'user', currentPin, () => this.#pins.login(handle, CKU.user, currentPin));
        if (login.rv !== CKR.CKR_OK) return login;
        const answer = this.#proven({ rv: change(), step: 'set-pin' });
        quietly(() => this.#library.p11.C_Logout(handle));
        return this.#renewed(identity, answer);
      }),
    );
  }

  /** New user PIN by the SO PIN or PUK, in the style that the driver wants. Ends every session on the slot. */
  unblock({ slot, identity, style, puk, newPin }: Args<'unblock'>): PinAnswer {
    return this.#prepared(slot, identity, 'so', puk, () => {
      this.#sessions.closeAll(slot);
      return this.#sessions.readWrite(slot, (handle) => {
        // While a user is logged in C_SetPIN would take the PUK for the old PIN and spend one of its tries.
        if (this.#sessions.loggedIn(handle)) return { rv: CKR.CKR_USER_ALREADY_LOGGED_IN, step: 'prepare' };
        if (style === 'set-pin-unlogged') {
          const change = (): number => this.#pins.setPin(handle, puk, newPin);
          return this.#renewed(identity, this.#present('set-pin', identity, 'so', puk, change));
        }
        const login = this.#present('login', identity, 'so', puk, () => this.#pins.login(handle, CKU.so, puk));
        if (login.rv !== CKR.CKR_OK) return login;
        const init = (): number => this.#pins.initPin(handle, newPin);
        // IsoApplet through OpenSC accepts any string at the SO login and checks the PUK only at C_InitPIN.
        const answer =
          style === 'init-pin-puk'
            ? this.#present('init-pin', identity, 'so', puk, init)
            : this.#proven({ rv: init(), step: 'init-pin' });
        quietly(() => this.#library.p11.C_Logout(handle));
        return this.#renewed(identity, answer);
      });
    });
  }

  /** What must hold before a context-specific login; to be asked before C_SignInit. Null when it may be made. */
  refuseContext(slot: string, identity: string, pin: Buffer | null): PinAnswer | null {
    const answer = this.#prepared(slot, identity, 'context', pin, () => ({ rv: CKR.CKR_OK, step: 'context-login' }));
    return answer.step === 'prepare' ? answer : null;
  }

  /** Context-specific login between C_SignInit and C_Sign, for a key that asks every time. */
  context(handle: Handle, identity: string, pin: Buffer | null): PinAnswer {
    return this.#present('context-login', identity, 'context', pin, () => this.#pins.login(handle, CKU.context, pin));
  }

  /**
   * The checks that come right before a presentation: not a value known to be wrong, the same token as when it was asked for,
   * and a live session. Nothing throws after a presentation, so that what throws here was not presented.
   */
  #prepared(
    slot: string,
    identity: string,
    purpose: PinPurpose,
    pin: Buffer | null,
    work: (session: ReturnType<LaneSessions['live']>) => PinAnswer,
  ): PinAnswer {
    if (pin?.length === 0) return { rv: CKR.CKR_PIN_LEN_RANGE, step: 'prepare' };
    if (pin !== null && this.#wrong.has(identity, purpose, pin)) {
      return { rv: CKR.CKR_PIN_INCORRECT, step: 'prepare', knownWrong: true };
    }
    try {
      // Only this has OpenSC look at the reader: C_GetTokenInfo and C_GetSessionInfo speak of the card that was there before.
      const present = ck('C_GetSlotList', () => this.#library.p11.C_GetSlotList(true));
      if (!present.some((handle) => handle.equals(slotHandle(slot)))) return { rv: CKR.CKR_TOKEN_NOT_PRESENT, step: 'prepare' };
      const session = this.#sessions.live(slot);
      if (identityOf(tokenFacts(this.#library, slot)) !== identity) {
        this.#sessions.drop(slot);
        return { rv: CKR.CKR_TOKEN_NOT_RECOGNIZED, step: 'prepare' };
      }
      return work(session);
    } catch (error) {
      if (!(error instanceof CkFailure)) throw error;
      this.#sessions.renew(slot, error);
      return { rv: error.rv, step: 'prepare' };
    }
  }

  /** The one place that lets a PIN go to the library and remembers what it said. */
  #present(step: PinAnswer['step'], identity: string, purpose: PinPurpose, pin: Buffer | null, call: () => number): PinAnswer {
    const rv = call();
    const rejected = rv === CKR.CKR_PIN_INCORRECT || this.#wrongAnswers.has(rv);
    if (rejected && pin !== null) this.#wrong.add(identity, purpose, pin);
    return { rv, step };
  }

  /** An answer to a step after the PIN was accepted; one about a wrong PIN contradicts that, so that nothing is proven. */
  #proven(answer: PinAnswer): PinAnswer {
    const doubtful = answer.rv === CKR.CKR_PIN_INCORRECT || answer.rv === CKR.CKR_PIN_LOCKED || this.#wrongAnswers.has(answer.rv);
    return doubtful ? answer : { ...answer, proven: true };
  }

  #renewed(identity: string, answer: PinAnswer): PinAnswer {
    if (answer.rv === CKR.CKR_OK) this.#wrong.renewed(identity);
    return answer;
  }

  #logout(handle: Handle): void {
    try {
      ck('C_Logout', () => this.#library.p11.C_Logout(handle));
    } catch (error) {
      // The card may have ended the login by itself, after another program's wrong PIN.
      if (!(error instanceof CkFailure) || error.rv !== CKR.CKR_USER_NOT_LOGGED_IN) throw error;
    }
  }
}
