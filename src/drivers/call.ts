import { type CallName, type DriverCalls, DriverFailure } from './driver.ts';
import type { WireCall } from './protocol.ts';
import { Secret } from './secret.ts';

/** Deadlines by kind of call, in milliseconds. `start` covers loading and C_Initialize. */
export interface Deadlines {
  list: number;
  login: number;
  sign: number;
  start: number;
}

export const DEFAULT_DEADLINES: Deadlines = { list: 5_000, login: 60_000, sign: 30_000, start: 15_000 };

const KIND: Record<CallName, keyof Deadlines> = {
  slots: 'list',
  token: 'list',
  objects: 'list',
  forget: 'list',
  surrender: 'list',
  inherit: 'list',
  release: 'list',
  logout: 'list',
  login: 'login',
  changePin: 'login',
  unblock: 'login',
  sign: 'sign',
};

/** Calls that begin or end a login. */
const EXCLUSIVE = new Set<CallName>(['login', 'logout', 'changePin', 'unblock']);

/** Every further signature of one call may take this part of the deadline for one, so that a long batch on a slow card is no hang. */
const FURTHER_SIGNATURE = 0.1;

/** One call on its way: what to run, how long it may take (ms), and who waits. */
export interface Waiting {
  readonly n: number;
  readonly name: CallName;
  readonly args: object;
  readonly deadline: number;
  /** Carries a PIN or touches the login: it goes alone, with every lane idle and no other lane's session open. */
  readonly exclusive: boolean;
  /** Signatures that a further lane could make too; 0 for anything that belongs on lane 0. */
  readonly signatures: number;
  /** Rough size of its inputs, in bytes. */
  readonly bytes: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A call as it waits, with what the queue must know of it worked out once. */
export function waitingCall<Name extends CallName>(
  n: number,
  name: Name,
  args: DriverCalls[Name]['args'],
  deadlines: Deadlines,
  settle: Pick<Waiting, 'resolve' | 'reject'>,
): Waiting {
  const limit = deadlines[KIND[name]];
  if (name !== 'sign') {
    return { n, name, args, deadline: limit, exclusive: EXCLUSIVE.has(name), signatures: 0, bytes: 0, ...settle };
  }
  const { inputs, contextPin } = args as DriverCalls['sign']['args'];
  const exclusive = contextPin !== undefined;
  let bytes = 0;
  for (const input of inputs) bytes += input.length;
  const deadline = limit * (1 + FURTHER_SIGNATURE * Math.max(0, inputs.length - 1));
  return { n, name, args, deadline, exclusive, signatures: exclusive ? 0 : inputs.length, bytes, ...settle };
}

/** True when the call means something only to the host process that listed its slot. */
export function namesSlot({ args }: Waiting): boolean {
  return 'slot' in args;
}

/** A rejection for a call that never reached the library. */
export function neverBegun(code: DriverFailure['code'], driverId: string, detail: string): DriverFailure {
  return new DriverFailure(code, driverId, detail, false);
}

/** The call as it travels, and its secrets apart from it, in order. Throws when a secret has been wiped. */
export function toWire({ n, name, args }: Waiting): { call: WireCall; secrets: Secret[] } {
  const call: WireCall = { n, name, args: {} };
  const secrets: Secret[] = [];
  for (const [key, value] of Object.entries(args)) {
    if (!(value instanceof Secret)) {
      call.args[key] = value;
      continue;
    }
    call.secrets ??= {};
    call.secrets[key] = value.bytes.length;
    secrets.push(value);
  }
  return { call, secrets };
}

/** Puts the secrets that follow a message back into its calls' arguments, as views of `bytes`. */
export function fromWire(calls: readonly WireCall[], bytes: Buffer): void {
  let at = 0;
  for (const { args, secrets } of calls) {
    for (const [key, length] of Object.entries(secrets ?? {})) {
      args[key] = bytes.subarray(at, at + length);
      at += length;
    }
  }
}
