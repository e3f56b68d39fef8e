import type { CallName } from './driver.ts';

/** Environment variable in which the daemon tells the host what to load, as JSON. Holds paths and numbers, no secret. */
export const HOST_SETTINGS = 'SIGNET_HOST';

/** File descriptor of lane 0 in the host; lane n is on FIRST_LANE_FD + n. */
export const FIRST_LANE_FD = 3;

/** What a host is told at its start. */
export interface HostSettings {
  library: string;
  libraryParameters?: string;
  /** True when new tokens show only after C_Initialize (SoftHSM2), so that the host watches the token directory. */
  watchTokenDirectory: boolean;
  lanes: number;
  /** Process id of the daemon, to notice that it died before the host could ask the kernel to tell. */
  daemon: number;
  /** Return values by which this driver says "wrong PIN" besides CKR_PIN_INCORRECT. */
  wrongPinAnswers: number[];
}

/** What a probe is told at its start. */
export type ProbeSettings = Pick<HostSettings, 'library' | 'libraryParameters' | 'daemon'>;

/** A slot as a probe sees it: with its token if one is there, and why that cannot be read (`CKR_…`). */
export interface SlotLook {
  /** Reader name, trimmed. */
  name: string;
  /** False for the slots of a token that is software. */
  hardware: boolean;
  card: boolean;
  unreadable: string | null;
}

/** Probe to daemon, one JSON line each: the step it is about to take, or what went wrong in it. */
export type ProbeLine =
  | { stage: 'load' | 'initialise' }
  | { stage: 'list'; version: string }
  | { stage: 'done'; slots: SlotLook[] }
  | { error: string };

/** Daemon to host: calls in order, or the order to open one more lane (a worker thread). */
export type ToHost = { type: 'calls'; calls: WireCall[] } | { type: 'open-lane'; lane: number };

export interface WireCall {
  n: number;
  name: CallName;
  args: Record<string, unknown>;
  /** Lengths of the arguments that are secrets, by name; their bytes follow the message, in this order, call after call. */
  secrets?: Record<string, number>;
}

/** How a call failed in the host: a return value of the library, a broken answer of it, or anything else by its text. */
export type WireError = { kind: 'ck'; rv: number; fn: string } | { kind: 'garbage' | 'other'; text: string };

export type WireAnswer = { n: number; value: unknown } | { n: number; error: WireError };

/** Host to daemon. `failed` comes from a lane that could not load the library; it is that lane's last message. */
export type FromHost =
  | { type: 'ready'; version: string }
  | { type: 'failed'; error: WireError }
  | { type: 'answers'; answers: WireAnswer[] };
