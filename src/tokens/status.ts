import type { DriverProfile } from '../drivers/index.ts';
import type { LedgerCount, PinKind } from '../store/index.ts';

/** Flags of CK_TOKEN_INFO that Signet reads (PKCS#11 2.40 table 6). The SO's are the user's, four bits up. */
export const FLAG = {
  loginRequired: 0x4,
  userPinInitialised: 0x8,
  pinPad: 0x100,
  initialised: 0x400,
  low: 0x10000,
  final: 0x20000,
  locked: 0x40000,
  mustChange: 0x80000,
} as const;

const WARNINGS = FLAG.low | FLAG.final | FLAG.locked;
/** What most cards allow, where neither catalogue nor configuration says. */
const USUAL_LIMIT = 3;

export type PinState = 'ok' | 'low' | 'final_try' | 'locked' | 'not_initialised' | 'must_change' | 'unknown';

/** What is known of a PIN and how. `remaining` is null when nothing is known; `limit` is what the token allows. */
export interface PinStatus {
  state: PinState;
  remaining: { atLeast: number; atMost: number } | null;
  limit: number;
  basis: 'token' | 'card' | 'ledger' | 'none';
  flagsReliable: 'yes' | 'no' | 'unproven';
  observedAt: string;
}

/** Everything that goes into a status. `flags` are the token's, read at `observedAt`. */
export interface Evidence {
  kind: PinKind;
  flags: number;
  count: LedgerCount;
  profile: DriverProfile;
  flagsReliable: 'yes' | 'no' | 'unproven';
  /** Warning bits that a success of ours has contradicted in this life of the host (drivers that cache them). */
  staleFlags: number;
  observedAt: string;
}

/** The tries that a token allows for a kind of PIN. */
export function tryLimit(profile: DriverProfile, kind: PinKind): number {
  const limits = profile.tryLimit;
  const known = kind === 'so' ? (limits?.so ?? limits?.puk) : limits?.user;
  return known ?? USUAL_LIMIT;
}

/** The warning bits of one kind of PIN, moved to the user PIN's place. */
export function warningFlags(flags: number, kind: PinKind): number {
  return (kind === 'so' ? flags >>> 4 : flags) & WARNINGS;
}

/**
 * Merges all evidence, pessimistically: the minimum over flags and ledger; LOCKED before FINAL_TRY before COUNT_LOW; the
 * absence of a flag proves nothing.
 */
export function pinStatus(evidence: Evidence): PinStatus {
  const { kind, count, profile, flagsReliable, observedAt } = evidence;
  const limit = tryLimit(profile, kind);
  const base = { limit, flagsReliable, observedAt };
  const initialised = (evidence.flags & FLAG.initialised) !== 0;
  if (!initialised || (kind !== 'so' && (evidence.flags & FLAG.userPinInitialised) === 0)) {
    return { ...base, state: 'not_initialised', remaining: null, basis: 'token' };
  }
  const flags = warningFlags(evidence.flags, kind) & ~(evidence.staleFlags & ~FLAG.locked);
  const token = leftByFlags(flags, limit);
  const ledger = leftByLedger(count, limit, profile);
  // A lock may or may not have been lifted: whatever the other flags say is no bound while it may still be there.
  const nothing = token === null ? ledger === null : count.doubted && token > 0;
  if (nothing) return { ...base, state: 'unknown', remaining: null, basis: 'none' };
  const atMost = Math.min(token ?? limit, ledger ?? limit);
  const flagSaysOne = flagsReliable === 'yes' && flags !== 0 && (flags & FLAG.locked) === 0;
  const atLeast = isExact(count, profile) ? atMost : Math.min(atMost, flagSaysOne ? 1 : 0);
  const mustChange = ((kind === 'so' ? evidence.flags >>> 4 : evidence.flags) & FLAG.mustChange) !== 0;
  const remaining = { atLeast, atMost };
  return { ...base, state: stateOf(remaining, limit, flags, mustChange), remaining, basis: decides(token, ledger, flags) };
}

/**
 * Whether the next failure may block the token, as far as we know: one try left; two failures of ours on a token of which
 * nothing better is known; or a lock that may or may not have been lifted while the token was away.
 */
export function mayBlock(status: PinStatus, count: LedgerCount): boolean {
  if (count.doubted || status.state === 'final_try' || (status.remaining?.atMost ?? status.limit) <= 1) return true;
  return count.rejected + count.indeterminate >= 2 && (status.remaining === null || status.remaining.atLeast <= 1);
}

/** The most tries that warning bits leave; null when none is set. COUNT_LOW says no more than "fewer than the limit". */
export function leftByFlags(flags: number, limit: number): number | null {
  if (flags & FLAG.locked) return 0;
  if (flags & FLAG.final) return 1;
  if (flags & FLAG.low) return Math.max(1, limit - 1);
  return null;
}

/** A token that never locks by itself is held to its limit by this count alone, whatever others do to it. */
function isExact(count: LedgerCount, profile: DriverProfile): boolean {
  return !count.doubted && (count.proven || !profile.quirks.locksItself);
}

function leftByLedger(count: LedgerCount, limit: number, profile: DriverProfile): number | null {
  if (count.doubted) return null;
  if (count.locked) return 0;
  const spent = count.rejected + count.indeterminate;
  const ceiling = profile.quirks.locksItself ? count.atMost : null;
  if (spent === 0 && ceiling === null && !isExact(count, profile)) return null;
  return Math.max(0, Math.min(limit - spent, ceiling ?? limit));
}

function decides(token: number | null, ledger: number | null, flags: number): PinStatus['basis'] {
  if (token === null) return 'ledger';
  if (ledger === null || token < ledger) return 'token';
  return token === ledger && (flags & (FLAG.locked | FLAG.final)) !== 0 ? 'token' : 'ledger';
}

function stateOf(remaining: { atLeast: number; atMost: number }, limit: number, flags: number, mustChange: boolean): PinState {
  if (remaining.atMost === 0) return 'locked';
  if (mustChange) return 'must_change';
  if (remaining.atMost === 1) return 'final_try';
  if (remaining.atMost < limit || flags !== 0) return 'low';
  return remaining.atLeast === limit ? 'ok' : 'unknown';
}
