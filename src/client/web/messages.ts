/** What the person has to know of a PIN, as the HTTP API tells it. */
export interface PinStatus {
  state: 'ok' | 'low' | 'final_try' | 'locked' | 'not_initialised' | 'must_change' | 'unknown';
  remaining: { atLeast: number; atMost: number } | null;
  limit: number;
  basis: 'token' | 'card' | 'ledger' | 'none';
  flagsReliable: 'yes' | 'no' | 'unproven';
  /** ISO 8601. */
  observedAt: string;
}

/** What can be done next. */
export interface NextStep {
  text: string;
  procedureId?: string;
  href?: string;
}

/** Why there is no result: what the daemon, its host or the extension said. `code` is the stable part. */
export interface Problem {
  code: string;
  title?: string;
  detail?: string;
  status?: number;
  pin?: PinStatus;
  nextStep?: NextStep;
  /** Seconds. */
  retryAfter?: number;
}

/** What a page may ask for. `listen` has no end: its events follow until it is cancelled. */
export type Method = 'status' | 'pair' | 'certificates' | 'authenticate' | 'sign' | 'signBatch' | 'listen';

/** Page to extension. `id` is the page's own and new for each request. */
export type Asked =
  | { signet: 1; id: string; method: Method; params: Readonly<Record<string, unknown>> }
  | { signet: 1; cancel: string };

/** Extension to page: `ack` at once, then one `reply`; `event` as long as a `listen` goes on. */
export type Told =
  | { signet: 1; ack: string }
  | { signet: 1; reply: string; result: unknown }
  | { signet: 1; reply: string; error: Problem }
  | { signet: 1; event: string; id: string; data: unknown };
