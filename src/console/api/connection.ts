import { signal } from '@preact/signals';

/** Whether the daemon answers. `retryAt` is when it is asked next, in milliseconds since 1970. */
export type Connection = { state: 'online' } | { state: 'offline'; retryAt: number };

export const connection = signal<Connection>({ state: 'online' });

const suspicions = new Set<() => void>();

/** A request found nobody: whoever watches the connection looks at once. */
export function lost(): void {
  for (const look of suspicions) look();
}

/** Calls `look` when a request found nobody. */
export function onLost(look: () => void): void {
  suspicions.add(look);
}
