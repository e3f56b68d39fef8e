import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { DiagnosticResult } from '../../../client/types.ts';
import { checks, diagnose, type ListedCheck } from '../../api/doctor.ts';
import { listen } from '../../api/events.ts';
import { Unreachable } from '../../api/request.ts';
import { announce } from '../../state/announce.ts';
import { language, t } from '../../state/language.ts';
import { replaced } from './findings.ts';
import { resultWord } from './text.ts';

/** What the doctor is at. */
export interface Run {
  state: 'running' | 'done' | 'broken';
  /** The one check that is made by itself, or null for all of them. */
  alone: string | null;
  /** How many checks have been made, of how many. */
  made: number;
  of: number;
  results: readonly DiagnosticResult[];
  /** Where the doctor said to start. */
  startHere: string | null;
  /** When the last full run ended, ISO 8601. */
  endedAt: string | null;
  error: unknown;
}

export interface Doctor {
  run: Signal<Run>;
  listed: Signal<readonly ListedCheck[]>;
  /** Makes every check, or one by itself, whose results take the place of its old ones. */
  start(alone?: string): Promise<void>;
}

const NOTHING_YET: Run = {
  state: 'running',
  alone: null,
  made: 0,
  of: 0,
  results: [],
  startHere: null,
  endedAt: null,
  error: undefined,
};

/** The doctor of this page: runs when the page is come to, in the page's language, and stops when it is left. */
export function useDoctor(): Doctor {
  const run = useSignal(NOTHING_YET);
  const listed = useSignal<readonly ListedCheck[]>([]);
  const running = useRef<AbortController | null>(null);

  const start = async (alone?: string): Promise<void> => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    const { signal } = own;
    run.value = { ...run.value, state: 'running', alone: alone ?? null, made: 0, error: undefined };
    const seen = new Set<string>();
    const take = (result: DiagnosticResult): void => {
      if (signal.aborted) return;
      const { results } = run.value;
      // What an earlier run found stays in sight until the new one has something.
      const before = alone === undefined && seen.size === 0 ? [] : results;
      const first = !seen.has(result.id);
      seen.add(result.id);
      const after = alone === undefined ? [...before, result] : replaced(before, result, first);
      run.value = { ...run.value, results: after, made: seen.size };
    };
    try {
      listed.value = await checks(signal);
      run.value = { ...run.value, of: listed.value.filter(({ here, optIn }) => here && !optIn).length };
      const summary = await diagnose(alone === undefined ? [] : [alone], signal, take);
      if (signal.aborted) return;
      const whole = alone === undefined ? { startHere: summary.startHere, endedAt: new Date().toISOString() } : {};
      run.value = { ...run.value, ...whole, state: 'done', alone: null };
      if (alone !== undefined) tellOne(run.value.results.find(({ id }) => id === alone));
    } catch (error) {
      if (!signal.aborted) run.value = { ...run.value, state: 'broken', alone: null, error };
    }
  };

  useEffect(() => {
    void start();
    const stop = listen(({ event }) => {
      if (event === 'reset' && run.value.state === 'broken' && run.value.error instanceof Unreachable) void start();
    });
    return () => {
      stop();
      running.current?.abort();
    };
  }, [language.value]);
  return { run, listed, start };
}

function tellOne(result: DiagnosticResult | undefined): void {
  if (result === undefined) return;
  const { title, result: kind } = result;
  announce(t('console.doctor.looked', { title, word: resultWord(kind) }), kind === 'pass' ? 'good' : 'plain');
}
