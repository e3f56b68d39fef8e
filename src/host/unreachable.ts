/**
 * Why the daemon cannot be spoken to: `absent` it did not come up; `unsafe` others could have put a socket in its place; `forbidden`
 * this user may not connect; `lost` the connection ended before the answer, so whether it was done is unknown.
 */
export type UnreachableReason = 'absent' | 'unsafe' | 'forbidden' | 'lost';

/** No answer of the daemon's. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly reason: UnreachableReason;

  constructor(reason: UnreachableReason, cause?: unknown) {
    super(`no answer from Signet (${reason})`, { cause });
    this.reason = reason;
  }
}
