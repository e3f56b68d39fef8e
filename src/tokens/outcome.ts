import { CKR, type CkFailure, type PinAnswer } from '../drivers/index.ts';
import type { AttemptOutcome } from '../store/index.ts';

/**
 * Answers after which it is certain that the token never saw the PIN (PKCS#11 2.40, C_Login and C_SetPIN return values).
 * CKR_SESSION_CLOSED and CKR_SESSION_HANDLE_INVALID are not among them: a card pulled out in the middle answers so, too.
 */
const NEVER_PRESENTED = new Set<number>([
  CKR.CKR_CRYPTOKI_NOT_INITIALIZED,
  CKR.CKR_FUNCTION_NOT_SUPPORTED,
  CKR.CKR_OPERATION_NOT_INITIALIZED,
  CKR.CKR_SESSION_READ_ONLY,
  CKR.CKR_SESSION_READ_ONLY_EXISTS,
  CKR.CKR_SESSION_READ_WRITE_SO_EXISTS,
  CKR.CKR_TOKEN_WRITE_PROTECTED,
  CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
  CKR.CKR_USER_PIN_NOT_INITIALIZED,
  CKR.CKR_USER_TOO_MANY_TYPES,
  CKR.CKR_USER_TYPE_INVALID,
]);

/** The person cancelled at the reader's keypad, or it timed out there; OpenSC reports both as CKR_FUNCTION_CANCELED. */
const CANCELLED = new Set<number>([CKR.CKR_FUNCTION_CANCELED, CKR.CKR_CANCEL, CKR.CKR_FUNCTION_REJECTED]);

const GONE = new Set<number>([
  CKR.CKR_TOKEN_NOT_PRESENT,
  CKR.CKR_DEVICE_REMOVED,
  CKR.CKR_SLOT_ID_INVALID,
  CKR.CKR_TOKEN_NOT_RECOGNIZED,
]);

/** The calls that come before a context-specific login. */
const BEFORE = new Set<string>([
  'C_OpenSession',
  'C_GetSessionInfo',
  'C_FindObjectsInit',
  'C_FindObjects',
  'C_FindObjectsFinal',
  'C_SignInit',
]);

/** True when the PIN pad gave no PIN to the card. */
export function isCancelled(answer: PinAnswer): boolean {
  return CANCELLED.has(answer.rv);
}

/** True for return values that mean that the token is not in its slot any more, or another one is. */
export function isGone(rv: number): boolean {
  return GONE.has(rv);
}

/** True when the call that failed is one that is made before the PIN is presented. C_Sign is not: drivers may check the PIN in it. */
export function beforePresentation(failure: CkFailure): boolean {
  return BEFORE.has(failure.fn);
}

/**
 * The class of an answer. Whatever is not in the table is `indeterminate`: possibly spent, never called a wrong PIN.
 * `alsoWrong` are the return values by which this driver says "wrong PIN" besides CKR_PIN_INCORRECT. `onReader`: the PIN was
 * typed there; only then can a person have cancelled, and only then can NULL have been a bad argument.
 */
export function outcomeOf(answer: PinAnswer, alsoWrong: ReadonlySet<number>, onReader: boolean): AttemptOutcome {
  if (answer.knownWrong === true || answer.step === 'prepare') return 'not_attempted';
  if (answer.rv === CKR.CKR_OK || answer.proven === true) return 'accepted';
  if (answer.rv === CKR.CKR_PIN_LOCKED) return 'locked';
  if (answer.rv === CKR.CKR_PIN_INCORRECT || alsoWrong.has(answer.rv)) return 'rejected';
  if (answer.rv === CKR.CKR_USER_ALREADY_LOGGED_IN) return 'already_logged_in';
  if (NEVER_PRESENTED.has(answer.rv)) return 'not_attempted';
  if (onReader && (CANCELLED.has(answer.rv) || answer.rv === CKR.CKR_ARGUMENTS_BAD)) return 'not_attempted';
  return 'indeterminate';
}
