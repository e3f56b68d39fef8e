import { SignetError } from '../errors/index.ts';
import type { Language } from '../messages/index.ts';
import type { Face, FaceName } from './face.ts';
import { Pace } from './pace.ts';
import type { Answers, Asker, QuestionKind, QuestionOf } from './question.ts';
import { Turns } from './turns.ts';

/** The questions of one act: from the first to the last nobody else's come between. */
export interface Dialog {
  /** Puts a question; it is withdrawn when `until` is aborted, with that signal's reason. Rejects with `prompt_cancelled` (variant `gone` when the asker is), `prompt_timeout` or `prompt_unavailable`. */
  ask: <K extends QuestionKind>(question: QuestionOf<K>, until?: AbortSignal) => Promise<Answers[K]>;
  readonly signal: AbortSignal;
}

export interface PromptOptions {
  /** In the order they are tried. */
  faces: readonly Face[];
  language: Language;
  /** Milliseconds for one question. */
  timeout: number;
  now?: () => number;
}

export interface TurnOptions {
  asker: Asker;
  /** Aborted when the asker is gone. */
  signal: AbortSignal;
  language?: Language | undefined;
}

/** The trusted local questions: one at a time, through the first face that is ready. */
export class Prompt {
  readonly #options: PromptOptions;
  readonly #turns = new Turns();
  readonly #pace: Pace;
  readonly #stopped = new AbortController();

  constructor(options: PromptOptions) {
    this.#options = options;
    this.#pace = new Pace(options.now ?? Date.now);
  }

  /** Which faces a person could be asked through now. */
  async ready(): Promise<FaceName[]> {
    const asked = await Promise.all(this.#options.faces.map(async (face) => ({ name: face.name, ready: await isReady(face) })));
    return asked.filter(({ ready }) => ready).map(({ name }) => name);
  }

  /** How many acts wait behind the one that is being asked about. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Runs `work` when it is its turn. Throws `rate_limited` when this asker has asked too often, `queue_full` when too many wait,
   * `prompt_cancelled` (variant `gone`) when the asker left while waiting.
   */
  async turn<T>({ asker, signal, language }: TurnOptions, work: (dialog: Dialog) => Promise<T>): Promise<T> {
    this.#pace.require(asker);
    // No listener is put on it: that would keep it, and the act with it, for as long as the daemon runs.
    const together = AbortSignal.any([signal, this.#stopped.signal]);
    return this.#turns.run(asker.name, together, async () => {
      // What it asked while it waited may have been refused since.
      this.#pace.require(asker);
      const over = new AbortController();
      const dialog: Dialog = {
        signal: together,
        ask: (question, until) => {
          const gone = until === undefined ? together : AbortSignal.any([together, until]);
          return this.#ask(question, gone, over.signal, language ?? this.#options.language);
        },
      };
      try {
        const done = await work(dialog);
        this.#pace.served(asker);
        return done;
      } catch (error) {
        if (error instanceof SignetError && REFUSALS.has(error.code)) this.#pace.refused(asker);
        throw error;
      } finally {
        // A face may still show something for the act, such as that the PIN is typed on the reader.
        over.abort(new SignetError('prompt_cancelled', { variant: 'gone' }));
      }
    });
  }

  /** Closes whatever is shown; nobody is asked any more. */
  stop(): void {
    this.#stopped.abort(new SignetError('shutting_down'));
  }

  async #ask<K extends QuestionKind>(
    question: QuestionOf<K>,
    gone: AbortSignal,
    over: AbortSignal,
    language: Language,
  ): Promise<Answers[K]> {
    const { faces, timeout } = this.#options;
    for (const face of faces) {
      if (!(await isReady(face))) continue;
      if (gone.aborted) throw goneError(gone);
      const late = AbortSignal.timeout(timeout);
      try {
        const answer: Answers[K] = await face.ask(question, { language, signal: AbortSignal.any([gone, late, over]), timeout });
        if (!gone.aborted) return answer;
        // Nobody is there any more to use it.
        if ('pin' in answer) answer.pin?.wipe();
        throw goneError(gone);
      } catch (error) {
        if (gone.aborted) throw goneError(gone);
        if (late.aborted) throw told(new SignetError('prompt_timeout', { cause: error }), question.kind);
        // It only seemed to be there: the next may be.
        if (!(error instanceof SignetError) || error.code !== 'prompt_unavailable') throw told(error, question.kind);
      }
    }
    throw new SignetError('prompt_unavailable');
  }
}

/** Ends that count as a no of the person's; a blocked token's as well, or its page would come up again and again. */
const REFUSALS: ReadonlySet<string> = new Set(['prompt_cancelled', 'prompt_timeout', 'pin_locked']);

/** What is said of a no or a silence: the general texts speak of a PIN, which is not what every question asks for. */
const SAID = { prompt_cancelled: 'declined', prompt_timeout: 'unanswered' } as const;

function told(error: unknown, kind: QuestionKind): unknown {
  if (!(error instanceof SignetError) || kind === 'pin' || error.facts.variant !== undefined) return error;
  const variant = error.code === 'prompt_cancelled' || error.code === 'prompt_timeout' ? SAID[error.code] : null;
  return variant === null ? error : new SignetError(error.code, { ...error.facts, variant, cause: error });
}

async function isReady(face: Face): Promise<boolean> {
  try {
    return await face.ready();
  } catch {
    return false;
  }
}

function goneError(signal: AbortSignal): SignetError {
  return signal.reason instanceof SignetError ? signal.reason : new SignetError('prompt_cancelled', { variant: 'gone' });
}
