import { type Driver, identityOf, type SlotReport, type TokenFacts } from '../drivers/index.ts';
import { isGone } from './outcome.ts';
import { FLAG } from './status.ts';
import type { Token } from './token.ts';

/** What changed between two looks at a driver's slots. */
export interface RegistryEvents {
  onInserted(token: Token): void;
  /** `gone`: a living driver showed its slot without it. Otherwise only the driver's host was replaced, or could not read it. */
  onRemoved(token: Token, gone: boolean): void;
  /** The token was seen again, with facts just read. */
  onSeen(token: Token): void;
}

/** What is plugged in now, by token id. Tokens are found by identity, never by slot number. */
export class Registry {
  readonly #events: RegistryEvents;
  readonly #now: () => number;
  readonly #tokens = new Map<string, Token>();
  /** Tokens that were there when their driver was lost, until it is looked at again. */
  readonly #missing = new Map<string, Driver>();

  constructor(events: RegistryEvents, now: () => number = Date.now) {
    this.#events = events;
    this.#now = now;
  }

  list(): Token[] {
    return [...this.#tokens.values()].sort((a, b) => a.facts.label.localeCompare(b.facts.label) || a.id.localeCompare(b.id));
  }

  get(id: string): Token | undefined {
    return this.#tokens.get(id);
  }

  /** Takes in what a driver listed. A token in another slot than before, or on a host that took over from a lost one, was away: removed, then inserted. */
  update(driver: Driver, slots: readonly SlotReport[]): void {
    const { generation, lineage } = driver;
    this.#forgetMissing(driver);
    const seen = this.#identify(driver, slots);
    const unreadable = new Set(slots.filter(({ unreadable: rv }) => rv !== undefined && !isGone(rv)).map(({ slot }) => slot));
    for (const known of this.list()) {
      if (known.driver !== driver) continue;
      const now = seen.get(known.id);
      if (now?.slot === known.slot && known.lineage === lineage) {
        known.generation = generation;
        continue;
      }
      this.#tokens.delete(known.id);
      this.#events.onRemoved(known, known.lineage === lineage && !unreadable.has(known.slot));
    }
    for (const [id, { slot, reader, facts }] of seen) {
      const observedAt = new Date(this.#now()).toISOString();
      this.#take({ id, identity: identityOf(facts), driver, generation, lineage, slot, reader, facts, observedAt });
    }
  }

  /** The driver's tokens cannot be seen for now: its host is gone, or does not list them. */
  drop(driver: Driver): void {
    for (const known of this.list()) {
      if (known.driver !== driver) continue;
      this.#tokens.delete(known.id);
      this.#missing.set(known.id, driver);
      this.#events.onRemoved(known, false);
    }
  }

  /** The driver that has to be looked at again before anybody can tell whether the token is there; undefined for any other id. */
  missing(id: string): Driver | undefined {
    return this.#missing.get(id);
  }

  /** A driver that has to be looked at again before its tokens are known; undefined when there is none. */
  get unseen(): Driver | undefined {
    return [...this.#missing.values()][0];
  }

  #forgetMissing(driver: Driver): void {
    for (const [id, owner] of this.#missing) if (owner === driver) this.#missing.delete(id);
  }

  #take(token: Token): void {
    const known = this.#tokens.get(token.id);
    if (known === undefined) {
      this.#tokens.set(token.id, token);
      this.#events.onInserted(token);
    } else {
      known.facts = token.facts;
      known.observedAt = token.observedAt;
      this.#events.onSeen(known);
    }
  }

  /**
   * Gives each listed token its id: its identity, or, for a further token that reports the same four values, identity, driver
   * and slot. Their tries stay counted as one. A token that stays where it was keeps its id, whatever comes or goes beside it.
   */
  #identify(driver: Driver, slots: readonly SlotReport[]): Map<string, Seen> {
    const seen = new Map<string, Seen>();
    const fresh: Seen[] = [];
    const known = this.list().filter((token) => token.driver === driver && token.lineage === driver.lineage);
    for (const { slot, reader, token: facts } of slots) {
      if (facts === null || isBlank(facts)) continue;
      const identity = identityOf(facts);
      const same = known.find((token) => token.slot === slot && token.identity === identity);
      if (same === undefined) fresh.push({ slot, reader, facts });
      else seen.set(same.id, { slot, reader, facts });
    }
    for (const one of fresh) {
      const identity = identityOf(one.facts);
      const holder = this.#tokens.get(identity);
      const free = !seen.has(identity) && (holder === undefined || holder.driver === driver);
      seen.set(free ? identity : `${identity}~${driver.id}~${one.slot}`, one);
    }
    return seen;
  }
}

interface Seen {
  slot: string;
  reader: string;
  facts: TokenFacts;
}

/** A slot without an initialised token: SoftHSM2 always shows one, with flags that look like a lock. */
function isBlank(facts: TokenFacts): boolean {
  return (facts.flags & FLAG.initialised) === 0 && facts.label === '' && facts.serial === '';
}
