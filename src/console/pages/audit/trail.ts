import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type AuditEntry, audit } from '../../api/audit.ts';
import { listen } from '../../api/events.ts';

/** What has been read of the record so far, newest first. */
export interface Trail {
  entries: Signal<readonly AuditEntry[] | undefined>;
  sound: Signal<boolean>;
  /** How many newer entries there are that are not shown yet. */
  fresh: Signal<number>;
  error: Signal<unknown>;
  busy: Signal<'older' | 'newer' | null>;
  /** Whether there are older entries that have not been read. */
  more: Signal<boolean>;
  readOlder(): Promise<void>;
  readNewer(): Promise<void>;
}

const PAGE = 100;
/** As many as one answer may hold. */
const MOST = 1_000;
/** After an event a moment passes before the record is looked at: several often come together. */
const AFTER_EVENT = 300;
const LOOK_EVERY = 5_000;
/** The daemon checks the whole record for each answer: looking never takes more than this part of its time. */
const SHARE = 100;
/** Whoever has not touched the page for so long is not asked about; looking on would keep their session open for ever. */
const AWAY_AFTER = 5 * 60_000;

/** Reads the record page by page, and notices without moving anything when there is more. */
export function useTrail(): Trail {
  const entries = useSignal<readonly AuditEntry[] | undefined>(undefined);
  const sound = useSignal(true);
  const fresh = useSignal(0);
  const error = useSignal<unknown>(undefined);
  const busy = useSignal<'older' | 'newer' | null>(null);
  const more = useSignal(false);
  const gone = useRef(new AbortController());

  const newest = (): number => entries.value?.[0]?.seq ?? 0;
  const oldest = (): number => entries.value?.at(-1)?.seq ?? 0;
  const read = async (which: 'older' | 'newer', query: Parameters<typeof audit>[0]): Promise<void> => {
    if (busy.value !== null) return;
    busy.value = which;
    error.value = undefined;
    const { signal } = gone.current;
    try {
      const answer = await audit(query, signal);
      const known = entries.value ?? [];
      if (which === 'older') {
        entries.value = [...known, ...answer.entries.filter(({ seq }) => known.length === 0 || seq < oldest())];
        more.value = answer.entries.length === query.limit && oldest() > 1;
      } else {
        const added = answer.entries.filter(({ seq }) => seq > newest());
        // More came than were asked for: what is between is read as older entries.
        const gap = newest() > 0 && (added.at(-1)?.seq ?? 0) > newest() + 1;
        entries.value = gap ? added : [...added, ...known];
        if (gap) more.value = true;
        fresh.value = 0;
      }
      sound.value = answer.sound;
    } catch (thrown) {
      if (!signal.aborted) error.value = thrown;
    }
    busy.value = null;
  };

  useEffect(() => {
    const own = new AbortController();
    gone.current = own;
    const { signal } = own;
    let touched = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let next = 0;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'hidden' || entries.value === undefined || busy.value !== null) return;
      const began = performance.now();
      try {
        const answer = await audit({ limit: 1 }, signal);
        fresh.value = Math.max(0, (answer.entries[0]?.seq ?? 0) - newest());
        sound.value = answer.sound;
      } catch {
        // The shell says when the daemon is away; what is shown stays.
      }
      next = performance.now() + Math.max(LOOK_EVERY, SHARE * (performance.now() - began));
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void look(), AFTER_EVENT);
    };
    const touch = (): void => {
      touched = Date.now();
    };
    const beat = setInterval(() => {
      if (performance.now() >= next && Date.now() - touched < AWAY_AFTER) void look();
    }, LOOK_EVERY);
    for (const name of ['pointermove', 'keydown', 'scroll']) addEventListener(name, touch, { signal, passive: true });
    for (const name of ['focus', 'visibilitychange']) addEventListener(name, soon, { signal });
    const stop = listen(({ event }) => {
      if (event === 'reset' && entries.value === undefined) void read('older', { limit: PAGE });
      else soon();
    });
    void read('older', { limit: PAGE });
    return () => {
      stop();
      clearTimeout(timer);
      clearInterval(beat);
      own.abort();
    };
  }, []);

  return {
    entries,
    sound,
    fresh,
    error,
    busy,
    more,
    readOlder: () => read('older', { limit: PAGE, ...(oldest() > 1 ? { before: oldest() } : {}) }),
    readNewer: () => read('newer', { limit: Math.min(MOST, fresh.value + 10) }),
  };
}
