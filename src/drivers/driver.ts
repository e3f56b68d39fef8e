import { ckrName } from './ckr.ts';
import type { DriverProfile } from './profile.ts';
import type { Secret } from './secret.ts';

/** What a slot reported when it was listed. `slot` is the library's handle in hex and means nothing across restarts of the host. */
export interface SlotReport {
  slot: string;
  /** Reader name, trimmed. */
  reader: string;
  token: TokenFacts | null;
  /** `CKR_…` of a token that is there but could not be read. */
  unreadable?: number;
}

/** CK_TOKEN_INFO, trimmed of its padding (PKCS#11 2.40 section 3.2). */
export interface TokenFacts {
  label: string;
  manufacturer: string;
  model: string;
  serial: string;
  flags: number;
  minPinLength: number;
  maxPinLength: number;
}

/** Everything that a listing of a token's objects told. Private objects appear only while the token is logged in. */
export interface ObjectReport {
  certificates: { id: string; label: string; der: Buffer }[];
  privateKeys: KeyReport[];
  publicKeys: { id: string }[];
  mechanisms: number[];
  loggedIn: boolean;
}

/** A private key as its attributes describe it; `id` is CKA_ID in hex. */
export interface KeyReport {
  id: string;
  label: string;
  alwaysAuthenticate: boolean;
  canSign: boolean;
}

/** Mechanism parameter of RSASSA-PSS: CKM of the hash, CKG of the mask function, salt length in bytes. */
export interface PssParameter {
  kind: 'pss';
  hashAlg: number;
  mgf: number;
  saltLen: number;
}

/** The driver's answer to a call that may spend a try. `rv` is the deciding return value; `step` says which call gave it. */
export interface PinAnswer {
  rv: number;
  step: 'login' | 'set-pin' | 'init-pin' | 'context-login' | 'prepare';
  /** The value was rejected before in this host's life; the driver was not called. */
  knownWrong?: boolean;
  /** The value presented was accepted in an earlier step; `rv` is about something else, such as the new PIN. */
  proven?: boolean;
}

/** What `sign` needs to find the key and make the signatures; `expectedLength` in bytes exposes garbage lengths. */
export interface SignRequest {
  slot: string;
  keyId: string;
  mechanism: number;
  parameter?: PssParameter;
  inputs: Buffer[];
  expectedLength: number;
  /** For keys with CKA_ALWAYS_AUTHENTICATE: presented through a context-specific login; null means the reader's pinpad. */
  contextPin?: Secret | null;
  identity?: string;
}

export interface SignAnswer {
  signatures: Buffer[];
  /** Present when a context-specific login was made. */
  context?: PinAnswer;
}

/** How the user PIN of a token is unblocked, named after what is called. */
export type UnblockStyle = 'init-pin' | 'init-pin-puk' | 'set-pin-unlogged';

/** The calls of a driver host: argument and answer by name. */
export interface DriverCalls {
  slots: { args: Record<never, never>; answer: { slots: SlotReport[]; rescan: boolean } };
  token: { args: { slot: string }; answer: TokenFacts };
  login: { args: { slot: string; identity: string; pin: Secret | null }; answer: PinAnswer };
  logout: { args: { slot: string }; answer: { rv: number } };
  changePin: { args: { slot: string; identity: string; currentPin: Secret | null; newPin: Secret | null }; answer: PinAnswer };
  unblock: {
    args: { slot: string; identity: string; style: UnblockStyle; puk: Secret | null; newPin: Secret | null };
    answer: PinAnswer;
  };
  /** Drops a lane's session on a slot; the client sends it to every further lane before a call that ends sessions. */
  release: { args: { slot: string }; answer: Record<never, never> };
  forget: { args: { identity: string }; answer: Record<never, never> };
  /** What this host knows of wrong PINs, for the one that replaces it as planned; opaque. */
  surrender: { args: Record<never, never>; answer: { known: Buffer } };
  inherit: { args: { known: Secret }; answer: Record<never, never> };
  objects: { args: { slot: string }; answer: ObjectReport };
  sign: { args: SignRequest; answer: SignAnswer };
}

export type CallName = keyof DriverCalls;

export type DriverState = 'starting' | 'running' | 'restarting' | 'failed' | 'disabled';

/** A snapshot for `/v1/drivers`. `lastError` is a stable word plus `CKR_…` or signal, never the library's own output. */
export interface DriverStatus {
  id: string;
  name: string;
  library: string;
  state: DriverState;
  version: string | null;
  crashes: number;
  lastError: string | null;
  queueLength: number;
  pid: number | null;
}

/**
 * One PKCS#11 library as the rest of Signet sees it. Implemented by the driver client (a child process) and, in tests, by a
 * scripted driver.
 */
export interface Driver {
  readonly id: string;
  readonly profile: DriverProfile;
  /** What the host was started with besides the daemon's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Changes whenever the host process is replaced: slots, sessions and logins of an earlier generation are gone. */
  readonly generation: number;
  /**
   * Changes when a host is lost, and not when one is replaced as planned, with nobody logged in and nothing under way: a token
   * that is where it was has not been away then.
   */
  readonly lineage: number;
  status(): DriverStatus;
  /** Replaces the host by a fresh process between two calls, so that the library lists its tokens anew. Ends every login. */
  recycle(): void;
  /** Runs one call. Rejects with `DriverFailure` (the host) or `CkFailure` (the library's return value). */
  call<Name extends CallName>(name: Name, args: DriverCalls[Name]['args']): Promise<DriverCalls[Name]['answer']>;
}

export type DriverFailureCode = 'driver_crashed' | 'driver_timeout' | 'driver_unavailable' | 'queue_full';

/** The host did not answer: it crashed, passed its deadline, could not start, or has too much waiting. */
export class DriverFailure extends Error {
  override name = 'DriverFailure';
  readonly code: DriverFailureCode;
  readonly driverId: string;
  /** False only when it is certain that the library was never called. */
  readonly begun: boolean;

  constructor(code: DriverFailureCode, driverId: string, detail: string, begun: boolean) {
    super(detail);
    this.code = code;
    this.driverId = driverId;
    this.begun = begun;
  }
}

/** A PKCS#11 function answered something other than CKR_OK. */
export class CkFailure extends Error {
  override name = 'CkFailure';
  readonly rv: number;
  readonly fn: string;

  constructor(rv: number, fn: string) {
    super(`${fn} answered ${ckrName(rv)}`);
    this.rv = rv;
    this.fn = fn;
  }
}
