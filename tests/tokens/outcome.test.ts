import { expect, test } from 'vitest';
import { CKR, CkFailure, type PinAnswer } from '../../src/drivers/index.ts';
import { beforePresentation, isGone, outcomeOf } from '../../src/tokens/outcome.ts';

const NOTHING: ReadonlySet<number> = new Set();

function outcome(
  rv: number,
  more: Partial<PinAnswer> = {},
  options: { also?: ReadonlySet<number>; onReader?: boolean } = {},
): string {
  return outcomeOf({ rv, step: 'login', ...more }, options.also ?? NOTHING, options.onReader ?? false);
}

test.each([
  ['CKR_OK', 'accepted'],
  ['CKR_PIN_INCORRECT', 'rejected'],
  ['CKR_PIN_LOCKED', 'locked'],
  ['CKR_USER_ALREADY_LOGGED_IN', 'already_logged_in'],
  ['CKR_FUNCTION_NOT_SUPPORTED', 'not_attempted'],
  ['CKR_USER_PIN_NOT_INITIALIZED', 'not_attempted'],
  ['CKR_SESSION_READ_ONLY', 'not_attempted'],
  ['CKR_GENERAL_ERROR', 'indeterminate'],
  ['CKR_FUNCTION_FAILED', 'indeterminate'],
  ['CKR_DEVICE_REMOVED', 'indeterminate'],
  ['CKR_DEVICE_ERROR', 'indeterminate'],
  ['CKR_SESSION_CLOSED', 'indeterminate'],
  ['CKR_SESSION_HANDLE_INVALID', 'indeterminate'],
  ['CKR_TOKEN_NOT_PRESENT', 'indeterminate'],
  ['CKR_PIN_LEN_RANGE', 'indeterminate'],
  ['CKR_PIN_INVALID', 'indeterminate'],
  ['CKR_PIN_EXPIRED', 'indeterminate'],
  ['CKR_USER_NOT_LOGGED_IN', 'indeterminate'],
  ['CKR_HOST_MEMORY', 'indeterminate'],
  ['CKR_ARGUMENTS_BAD', 'indeterminate'],
  ['CKR_FUNCTION_CANCELED', 'indeterminate'],
] as const)('%s is %s', (name, expected) => {
  expect(outcome(CKR[name])).toBe(expected);
});

test.each([0x666, 0x80000123, 0xffffffff])('a return value that no table knows is indeterminate: %i', (rv) => {
  expect(outcome(rv)).toBe('indeterminate');
});

test('at a keypad the person may cancel, and NULL may be refused', () => {
  for (const name of ['CKR_FUNCTION_CANCELED', 'CKR_CANCEL', 'CKR_FUNCTION_REJECTED', 'CKR_ARGUMENTS_BAD'] as const) {
    expect(outcome(CKR[name], {}, { onReader: true })).toBe('not_attempted');
  }
});

test('a driver may say "wrong" in its own way', () => {
  expect(outcome(CKR.CKR_USER_NOT_LOGGED_IN, {}, { also: new Set([CKR.CKR_USER_NOT_LOGGED_IN]) })).toBe('rejected');
});

test('what came before the presentation spent nothing, and a proven value was right', () => {
  expect(outcome(CKR.CKR_GENERAL_ERROR, { step: 'prepare' })).toBe('not_attempted');
  expect(outcome(CKR.CKR_PIN_INCORRECT, { step: 'prepare', knownWrong: true })).toBe('not_attempted');
  expect(outcome(CKR.CKR_PIN_LEN_RANGE, { step: 'set-pin', proven: true })).toBe('accepted');
});

test('only calls before a context-specific login are early', () => {
  expect(beforePresentation(new CkFailure(CKR.CKR_USER_NOT_LOGGED_IN, 'C_SignInit'))).toBe(true);
  expect(beforePresentation(new CkFailure(CKR.CKR_PIN_INCORRECT, 'C_Sign'))).toBe(false);
  expect(beforePresentation(new CkFailure(CKR.CKR_GENERAL_ERROR, 'C_Login'))).toBe(false);
});

test('a token is gone by four answers', () => {
  expect(isGone(CKR.CKR_TOKEN_NOT_PRESENT)).toBe(true);
  expect(isGone(CKR.CKR_GENERAL_ERROR)).toBe(false);
});
