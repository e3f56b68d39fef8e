import type { Language } from '../messages/index.ts';
import type { Answers, QuestionKind, QuestionOf } from './question.ts';

export const FACES = ['console', 'pinentry', 'terminal'] as const;
export type FaceName = (typeof FACES)[number];

/** How a question is put. */
export interface Asking {
  language: Language;
  /** Aborted when the asker is gone, the time is over or the daemon stops: the face closes whatever it shows and rejects. */
  signal: AbortSignal;
  /** Milliseconds until the question is withdrawn; `signal` says when. For faces that show or pass on the time. */
  timeout: number;
}

/**
 * One way of asking the person at this machine. `ask` rejects with `prompt_cancelled` when the person says no, with
 * `prompt_timeout` when the face itself gave up waiting, with `prompt_unavailable` when nobody can be asked this way after all,
 * and with the signal's reason when that is aborted. Nothing of a PIN is kept once it is handed over.
 */
export interface Face {
  readonly name: FaceName;
  /** True when a person can be asked this way now. Cheap, shows nothing. */
  ready(): Promise<boolean>;
  ask<K extends QuestionKind>(question: QuestionOf<K>, asking: Asking): Promise<Answers[K]>;
}
