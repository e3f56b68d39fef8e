import type { Scope } from '../store/index.ts';

/** Who is asking, and what they may. `id` is what grants, rate limits and the audit trail are kept under. */
export interface Principal {
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** A program of this user on this machine, shown by the socket or the user-only token file. */
  readonly local: boolean;
}

/** The user's own programs, over the Unix socket or with the token file: one caller with every scope. */
export const LOCAL: Principal = { id: 'local', scopes: new Set(['status', 'sign', 'pin', 'admin']), local: true };
