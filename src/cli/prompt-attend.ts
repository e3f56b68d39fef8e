import { setTimeout as pause } from 'node:timers/promises';
import { type OpenPrompt, type PromptAnswer, type PromptEvent, SignetApiError } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Page } from './page.ts';
import { paletteFor } from './palette.ts';
import { askQuestion, questionPage, waitOf } from './prompt-ask.ts';
import { IdleKeys } from './prompt-keys.ts';
import { tellError } from './report.ts';
import { page, type Shell } from './shell.ts';
import { widthOf } from './terminal.ts';

const BELL = '\x07';
/** Milliseconds in which keys are still thrown away once a question shows: somebody may just be typing. */
const SETTLE = 300;

type Closing = Extract<PromptEvent, { event: 'prompt.closed' }>['data']['why'];

/** Why a question is taken away while it is being answered. */
class Closed extends Error {
  readonly why: Closing;

  constructor(why: Closing) {
    super(why);
    this.why = why;
  }
}

interface Current {
  id: string;
  closed: AbortController;
  /** Aborted by Ctrl-C while the question only shows. */
  refused: AbortController;
  done: Promise<void>;
}

/** Attends the terminal until Ctrl-C: shows each question and has it answered. Resolves with how many were asked. */
export async function attend(shell: Shell): Promise<number> {
  const { client, t, terminal } = shell;
  const { stderr, env } = terminal;
  // Questions are shown with --json as well: somebody has to read them.
  const say = (told: Page): void => void stderr.write(told.render(widthOf(stderr, env), paletteFor(stderr, env)));
  const leaving = new AbortController();
  let current: Current | null = null;
  let asked = 0;
  const keys = new IdleKeys(terminal, {
    interrupt: () => (current?.refused ?? leaving).abort(),
    gone: () => leaving.abort(),
  });
  keys.listen();
  const waiting = (): void => {
    if (!leaving.signal.aborted) say(page().text(t('cli.prompt.waiting')));
  };
  const onOpen = (): void => {
    // What was open when the daemon went away is told again if it still is.
    if (current === null) waiting();
    else current.closed.abort(new Closed('stopped'));
  };
  try {
    for await (const { event, data } of client.attendPrompts('terminal', { signal: leaving.signal, onOpen })) {
      if (event === 'prompt.closed') {
        if (current?.id === data.id) current.closed.abort(new Closed(data.why));
        continue;
      }
      await current?.done;
      asked += 1;
      const [closed, refused] = [new AbortController(), new AbortController()];
      const signal = AbortSignal.any([closed.signal, leaving.signal]);
      const done = serve(data, { shell, say, signal, refused: refused.signal, keys }).then(() => {
        current = null;
        waiting();
      });
      current = { id: data.id, closed, refused, done };
    }
    await current?.done;
  } finally {
    keys.close();
  }
  return asked;
}

interface Serving {
  shell: Shell;
  say(page: Page): void;
  signal: AbortSignal;
  refused: AbortSignal;
  keys: IdleKeys;
}

/** One question from its showing to its end. Never rejects. */
async function serve(prompt: OpenPrompt, serving: Serving): Promise<void> {
  const { shell, say, signal, keys } = serving;
  const { client, language, t, terminal } = shell;
  const end = (kind: 'good' | 'unsure', key: string): void => say(page().verdict(kind, t(`cli.prompt.${key}`)));
  terminal.stderr.write(BELL);
  say(questionPage(prompt, shell));
  try {
    const answer = await answered(prompt, serving);
    if (answer === null) await client.cancelPrompt(prompt.id);
    else await client.answerPrompt(prompt.id, answer);
    if (prompt.question.kind !== 'blocked') end(answer === null ? 'unsure' : 'good', answer === null ? 'refused' : 'done');
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : undefined;
    if (reason instanceof Closed) end('unsure', `closed_${reason.why}`);
    else if (signal.aborted) end('unsure', 'left');
    else if (error instanceof SignetApiError && error.code === 'prompt_not_found') end('unsure', 'closed_answered');
    else {
      const { title, detail } = tellError(error, language).problem;
      say(page().verdict('bad', title).text(detail));
    }
  } finally {
    keys.listen();
  }
}

/** The answer; null for a no, which Ctrl-C at a question is as well: the next one ends the command. */
async function answered(prompt: OpenPrompt, { shell, say, signal, refused, keys }: Serving): Promise<PromptAnswer | null> {
  try {
    const wait = waitOf(prompt);
    if (wait > 0) say(page().text(shell.t('cli.prompt.wait', { seconds: Math.ceil(wait / 1_000) })));
    // The keys are heard meanwhile: Ctrl-C says no at once.
    await pause(Math.max(SETTLE, wait), undefined, { signal: AbortSignal.any([signal, refused]) });
    keys.rest();
    return await askQuestion(prompt, { shell, say, signal });
  } catch (error) {
    const called = refused.aborted || (error instanceof SignetError && error.code === 'prompt_cancelled');
    if (called && !signal.aborted) return null;
    throw error;
  }
}
