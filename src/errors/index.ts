import type { ErrorCode } from './table.ts';

export { ERROR_CODES, ERRORS, type ErrorCode } from './table.ts';

/** Values that a message may name, and members that the problem body carries. Never a secret, nor anything derived from one. */
export interface ErrorFacts {
  /** Values for the placeholders of the message. */
  params?: Record<string, string | number>;
  /** A variant of the detail text, such as "empty" for `pin_format`. */
  variant?: string;
  /** The PIN's status after the event. */
  pin?: unknown;
  /** Seconds for `Retry-After`. */
  retryAfter?: number;
  /** Further members of the problem body. */
  extra?: Record<string, unknown>;
  cause?: unknown;
}

/** A failure with a stable code. Its text for people is made from the message catalogue when it is shown. */
export class SignetError extends Error {
  override name = 'SignetError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts = {}) {
    super(code, { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }
}
