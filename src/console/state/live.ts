import { type Signal, signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { listen } from '../api/events.ts';

/** Something read from the daemon: `undefined` data while it is read for the first time; old data stays while it is read anew. */
export interface Live<T> {
  data: Signal<T | undefined>;
  error: Signal<unknown>;
  /** Reads it anew. */
  reload(): Promise<void>;
}

/**
 * Reads something and keeps it fresh: anew whenever one of the events is heard (`reset` always counts), or when `key` changes,
 * which then also forgets what was there. `load` is given a signal that aborts when the answer is no longer wanted.
 */
export function useLive<T>(load: (signal: AbortSignal) => Promise<T>, events: readonly string[] = [], key = ''): Live<T> {
  const data = useSignal<T | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | null>(null);
  const reload = async (): Promise<void> => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    try {
      const found = await latest.current(own.signal);
      if (own.signal.aborted) return;
      data.value = found;
      error.value = undefined;
    } catch (thrown) {
      if (!own.signal.aborted) error.value = thrown;
    }
  };
  const names = events.join(' ');
  useEffect(() => {
    data.value = undefined;
    error.value = undefined;
    void reload();
    const stop = listen(({ event }) => {
      if (event === 'reset' || names.split(' ').includes(event)) void reload();
    });
    return () => {
      stop();
      running.current?.abort();
    };
  }, [key, names]);
  return { data, error, reload };
}

/** The time, for what changes as it passes; a minute's step. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 60_000);
