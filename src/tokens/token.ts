import { createHash } from 'node:crypto';
import type { Driver, TokenFacts } from '../drivers/index.ts';
import type { Account } from '../store/index.ts';

/** A token that is plugged in now. `slot` and `generation` are the driver's and change; `id` and `identity` do not. */
export interface Token {
  readonly id: string;
  /** Of its four printed values; under it its tries are counted. */
  readonly identity: string;
  readonly driver: Driver;
  generation: number;
  readonly lineage: number;
  readonly slot: string;
  readonly reader: string;
  facts: TokenFacts;
  observedAt: string;
}

/** Who asks. Login grants, rate limits and audit are kept per `id`. */
export interface Caller {
  readonly id: string;
}

/**
 * The account under which a token's tries are kept. Where the driver shows one card as several slots that spend from one
 * counter, they differ in label only and share `card`.
 */
export function accountOf({ identity, driver, facts }: Token): Account {
  if (!driver.profile.quirks.sharedPinSlots) return { identity, card: identity };
  const parts = JSON.stringify(['card', facts.manufacturer, facts.model, facts.serial]);
  return { identity, card: createHash('sha256').update(parts).digest('base64url').slice(0, 22) };
}
