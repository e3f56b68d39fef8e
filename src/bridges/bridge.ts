import type { Logger } from 'pino';
import type { Language } from '../messages/index.ts';
import type { Sites } from '../sites/index.ts';

export const BRIDGES = ['webeid', 'scs', 'nexu', 'afirma'] as const;
export type BridgeName = (typeof BRIDGES)[number];

/** What `signet status` tells of a bridge. */
export interface BridgeState {
  name: BridgeName;
  enabled: boolean;
  /** Addresses that it answers at now, such as `http://127.0.0.1:53951`; for `webeid` the name of its native messaging host. */
  listening: readonly string[];
  /** Why it does not listen where it should: a code of the message catalogue `bridges.problem.*`, and its parameters. Null when it does. */
  problem: { code: string; params: Record<string, string | number> } | null;
}

/** What a bridge works with. */
export interface BridgeContext {
  version: string;
  language: Language;
  sites: Sites;
  log: Logger;
  /** Key and certificate for loopback in PEM, made by `signet install --local-tls`; null when there are none. Read at each call. */
  tls(): { key: string; cert: string } | null;
}

/** One protocol that sites speak to other programs, spoken by Signet. */
export interface Bridge {
  readonly name: BridgeName;
  state(): BridgeState;
  /** Opens its doors. Never rejects: what keeps it from listening is told by `state`. */
  start(): Promise<void>;
  /** Closes its doors and its connections. */
  stop(): Promise<void>;
}
