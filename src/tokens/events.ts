import { randomBytes } from 'node:crypto';

/** The events of `/v1/events`. */
export type EventName =
  | 'token.inserted'
  | 'token.removed'
  | 'token.waiting'
  | 'pin.changed-state'
  | 'pin.locked'
  | 'driver.crashed'
  | 'certificate.expiring'
  | 'case.updated'
  | 'origin.changed';

export interface SignetEvent {
  /** Unique over restarts; what `Last-Event-ID` carries. */
  id: string;
  event: EventName;
  at: string;
  data: Record<string, unknown>;
}

const KEPT = 1_000;

/** Hands events to whoever listens and keeps the last ones, so that a listener that was away can resume. */
export class EventHub {
  readonly #boot = randomBytes(6).toString('base64url');
  readonly #listeners = new Set<(event: SignetEvent) => void>();
  #kept: SignetEvent[] = [];
  #count = 0;

  publish(event: EventName, data: Record<string, unknown>): void {
    this.#count += 1;
    const entry: SignetEvent = { id: `${this.#boot}.${this.#count}`, event, at: new Date().toISOString(), data };
    this.#kept.push(entry);
    if (this.#kept.length > KEPT) this.#kept = this.#kept.slice(-KEPT);
    for (const listener of this.#listeners) this.#tell(listener, entry);
  }

  /** Listens from now on. Returns how to stop. */
  listen(listener: (event: SignetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A listener that fails is dropped: what it fails at must not change how an attempt on a PIN ends. */
  #tell(listener: (event: SignetEvent) => void, event: SignetEvent): void {
    try {
      listener(event);
    } catch {
      this.#listeners.delete(listener);
    }
  }

  /** The events after the one with this id, or null when it is of another start or no longer kept: the listener missed some. */
  since(id: string): SignetEvent[] | null {
    const [boot, number] = id.split('.');
    const n = Number(number);
    if (boot !== this.#boot || !Number.isInteger(n) || n > this.#count) return null;
    const first = this.#count - this.#kept.length + 1;
    if (n + 1 < first) return null;
    return this.#kept.slice(n + 1 - first);
  }
}
