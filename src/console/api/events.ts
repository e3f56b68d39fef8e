import { effect } from '@preact/signals';
import { connection, onLost } from './connection.ts';
import { ApiProblem, open } from './request.ts';
import { session } from './session.ts';

/** What is heard: an event of the daemon, or `reset` when some may have been missed. */
export interface Heard {
  event: string;
  data: Readonly<Record<string, unknown>>;
}

type Listener = (heard: Heard) => void;

/** Without a sign of life for so long (the daemon beats every 15 seconds) the stream counts as dead. */
const SILENCE = 40_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

const listeners = new Set<Listener>();
let lastId = '';
let hurry: () => void = () => undefined;

/** Listens to the daemon's events; returns how to stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tries to reach the daemon now instead of when the wait is over. */
export function retryNow(): void {
  hurry();
}

/** Keeps a stream of events open while there is a session, and comes back by itself when the daemon was away. */
export function followEvents(): void {
  onLost(() => hurry());
  let running: AbortController | null = null;
  effect(() => {
    running?.abort();
    running = null;
    if (typeof session.value === 'string') return;
    running = new AbortController();
    void follow(running.signal);
  });
}

async function follow(signal: AbortSignal): Promise<void> {
  let wait = FIRST_WAIT;
  let away = false;
  while (!signal.aborted) {
    try {
      await stream(signal, () => {
        wait = FIRST_WAIT;
        connection.value = { state: 'online' };
        if (away) tell({ event: 'reset', data: {} });
        away = false;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem && error.problem.code === 'unauthenticated') return;
    }
    if (signal.aborted) return;
    away = true;
    connection.value = { state: 'offline', retryAt: Date.now() + wait };
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT) * (0.8 + Math.random() * 0.2);
  }
}

async function stream(signal: AbortSignal, opened: () => void): Promise<void> {
  const own = new AbortController();
  const stop = (): void => own.abort();
  signal.addEventListener('abort', stop);
  let silence = setTimeout(stop, SILENCE);
  try {
    const response = await open('/v1/events?face=console', {
      headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
      signal: own.signal,
    });
    opened();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    own.abort();
  }
}

function take(block: string): void {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const at = line.indexOf(': ');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 2));
  }
  const event = fields.get('event');
  if (event === undefined) return;
  lastId = fields.get('id') ?? lastId;
  tell({ event, data: JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown> });
}

function tell(heard: Heard): void {
  for (const listener of listeners) listener(heard);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      hurry = () => undefined;
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    hurry = end;
    signal.addEventListener('abort', end);
  });
}
