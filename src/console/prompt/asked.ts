import { effect, signal, untracked } from '@preact/signals';
import type { OpenPrompt, PromptEvent } from '../../client/types.ts';
import { listen } from '../api/events.ts';
import { openPrompt } from '../api/prompts.ts';
import { session } from '../api/session.ts';
import { announce } from '../state/announce.ts';
import { language, t } from '../state/language.ts';

type Closing = Extract<PromptEvent, { event: 'prompt.closed' }>['data']['why'];

/** The question that is open, or null. */
export const asked = signal<OpenPrompt | null>(null);

/** The question that this page has answered itself: its end is no news. */
let own = '';

/** Follows the questions that Signet puts to the person through this page. */
export function followPrompts(): void {
  listen(({ event, data }) => {
    if (event === 'prompt.opened') asked.value = data as unknown as OpenPrompt;
    else if (event === 'prompt.closed') closed(String(data.id), data.why as Closing);
    else if (event === 'reset') void read();
  });
  let shown = language.value;
  effect(() => {
    const [there, now] = [typeof session.value !== 'string', language.value];
    untracked(() => {
      if (!there) asked.value = null;
      // In the other language, when that is changed while a question is open.
      else if (now !== shown && asked.value !== null) void read();
      shown = now;
    });
  });
}

/** Says that this page answers the question now. */
export function answering(id: string): void {
  own = id;
}

/** Takes a question away that turned out to be closed. */
export function closed(id: string, why: Closing): void {
  if (asked.value?.id !== id) return;
  asked.value = null;
  if (own !== id || (why !== 'answered' && why !== 'cancelled')) announce(t(`console.prompt.closed_${why}`), 'plain');
}

async function read(): Promise<void> {
  const before = asked.value?.id;
  try {
    const found = await openPrompt(AbortSignal.timeout(10_000));
    if (found !== null) asked.value = found;
    else if (before !== undefined) closed(before, 'stopped');
  } catch {
    // Told again when the stream is there again.
  }
}
