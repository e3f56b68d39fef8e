import type { NextStep, PinStatus, Problem } from './messages.ts';

/**
 * Why a request came to nothing. `code` is one of the documented errors of Signet, or one of the way to it: `extension_missing`,
 * `extension_gone`, `host_missing`, `host_gone`, `daemon_unavailable`, `insecure_context`.
 */
export class SignetWebError extends Error {
  override readonly name = 'SignetWebError';
  readonly code: string;
  /** HTTP status of the error, where it came from the daemon. */
  readonly status: number | undefined;
  /** What is left of the PIN, where the error is about one. */
  readonly pin: PinStatus | undefined;
  /** What the person can do next. */
  readonly nextStep: NextStep | undefined;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | undefined;

  constructor({ code, title, detail, status, pin, nextStep, retryAfter }: Problem, cause?: unknown) {
    super(detail || title || code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.pin = pin;
    this.nextStep = nextStep;
    this.retryAfter = retryAfter;
  }
}

/** The problem that a body holds; one without a code is nobody's of ours. */
export function problemIn(body: unknown, otherwise: Problem): Problem {
  const found = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return typeof found.code === 'string' ? { ...found, code: found.code } : otherwise;
}
