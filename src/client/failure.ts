import type { Problem } from './types.ts';

/** The daemon answered with an error. `code` is the stable part; `problem` is the whole RFC 9457 body. */
export class SignetApiError extends Error {
  override readonly name = 'SignetApiError';
  readonly code: string;
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
  }
}

/**
 * Why there was no answer: `absent` nothing listens there; `unsafe` the folder of the socket is open to other users, so what
 * listens there may be anybody; `forbidden` this user may not connect; `broken` the connection ended or what came back is not Signet's.
 */
export type UnreachableReason = 'absent' | 'unsafe' | 'forbidden' | 'broken';

/** No answer of the daemon's. Whether it has done what was asked is unknown when `reason` is `broken`. */
export class DaemonUnreachable extends Error {
  override readonly name = 'DaemonUnreachable';
  readonly reason: UnreachableReason;
  /** The socket or URL that was tried. */
  readonly place: string;

  constructor(reason: UnreachableReason, place: string, cause?: unknown) {
    super(`no answer from Signet at ${place} (${reason})`, { cause });
    this.reason = reason;
    this.place = place;
  }
}
