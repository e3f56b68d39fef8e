import { CKR } from '../ckr.ts';
import { CkFailure } from '../driver.ts';
import type { Handle, Library } from './library.ts';
import { ck } from './library.ts';

const SERIAL = 4;
const READ_WRITE = 2;

/** CK_SESSION_INFO.state values that mean that somebody is logged in: RO user, RW user, RW SO. */
const LOGGED_IN = new Set([1, 3, 4]);

/** Answers that say that a session, or the token under it, is gone. */
const SESSION_GONE = new Set<number>([
  CKR.CKR_SESSION_HANDLE_INVALID,
  CKR.CKR_SESSION_CLOSED,
  CKR.CKR_DEVICE_REMOVED,
  CKR.CKR_TOKEN_NOT_PRESENT,
  CKR.CKR_TOKEN_NOT_RECOGNIZED,
  CKR.CKR_SLOT_ID_INVALID,
]);

interface SlotSession {
  handle: Handle;
  keys: Map<string, Handle>;
}

/** The one session per slot that a lane works on, with the key handles found in it. */
export class LaneSessions {
  readonly #library: Library;
  readonly #slots = new Map<string, SlotSession>();

  constructor(library: Library) {
    this.#library = library;
  }

  /** The lane's session on a slot, opened when needed; it may be dead already, which the next call on it shows. */
  open(slot: string): SlotSession {
    const known = this.#slots.get(slot);
    if (known !== undefined) return known;
    const handle = ck('C_OpenSession', () => this.#library.p11.C_OpenSession(slotHandle(slot), SERIAL));
    const session = { handle, keys: new Map<string, Handle>() };
    this.#slots.set(slot, session);
    return session;
  }

  /** The lane's session on a slot, asked whether it is alive and opened anew when it is not, and what it says of the login. */
  live(slot: string): SlotSession & { loggedIn: boolean } {
    const known = this.open(slot);
    try {
      return { ...known, loggedIn: this.loggedIn(known.handle) };
    } catch (error) {
      if (!(error instanceof CkFailure)) throw error;
      this.drop(slot);
      const fresh = this.open(slot);
      return { ...fresh, loggedIn: this.loggedIn(fresh.handle) };
    }
  }

  /** Runs `work` in a read-write session of its own; C_SetPIN and C_InitPIN need one. */
  readWrite<T>(slot: string, work: (handle: Handle) => T): T {
    const { p11 } = this.#library;
    const handle = ck('C_OpenSession', () => p11.C_OpenSession(slotHandle(slot), SERIAL | READ_WRITE));
    try {
      return work(handle);
    } finally {
      quietly(() => p11.C_CloseSession(handle));
    }
  }

  /**
   * After a failure: a new session in place of the old, whose operation may still be active. The new one is opened first,
   * because the last session of a process takes the login with it. A session that is gone is dropped.
   */
  renew(slot: string, failure?: unknown): void {
    const known = this.#slots.get(slot);
    if (known === undefined) return;
    this.#slots.delete(slot);
    const gone = failure instanceof CkFailure && SESSION_GONE.has(failure.rv);
    if (!gone) quietly(() => this.open(slot));
    quietly(() => this.#library.p11.C_CloseSession(known.handle));
  }

  /** Closes the lane's session on a slot. */
  drop(slot: string): void {
    const known = this.#slots.get(slot);
    if (known === undefined) return;
    this.#slots.delete(slot);
    quietly(() => this.#library.p11.C_CloseSession(known.handle));
  }

  /** Closes every session of the process on a slot, other lanes' included: an SO login tolerates no read-only session. */
  closeAll(slot: string): void {
    this.#slots.delete(slot);
    quietly(() => this.#library.p11.C_CloseAllSessions(slotHandle(slot)));
  }

  /** Ends the login on every slot that this lane has a session on. */
  logoutAll(): void {
    for (const slot of [...this.#slots.keys()]) {
      quietly(() => this.#library.p11.C_Logout(this.open(slot).handle));
      this.drop(slot);
    }
  }

  /** What the library believes about the login; not proof (a silent swap or another program's wrong PIN goes unseen). */
  loggedIn(handle: Handle): boolean {
    return LOGGED_IN.has(ck('C_GetSessionInfo', () => this.#library.p11.C_GetSessionInfo(handle)).state);
  }
}

/** The library's slot handle from its hex form. */
export function slotHandle(slot: string): Handle {
  return Buffer.from(slot, 'hex');
}

/** Runs a clean-up call whose failure changes nothing. */
export function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // A session that is gone already needs no closing.
  }
}
