import { SignetError } from '../../errors/index.ts';
import type { Asking } from '../face.ts';
import type { Answers, QuestionOf } from '../question.ts';
import { type Draw, drawCandidate, drawQuestion, drawRemember } from './answers.ts';
import { AssuanError } from './assuan.ts';
import { type Outcome, PinentryDialog, type Place } from './dialog.ts';
import { layOut } from './layout.ts';

/** Hasty answers to one question; beyond, no person gives them. */
const TIMES = 5;

type Yes = Exclude<Outcome, { end: 'cancelled' | 'timeout' }>;

/** One question on its way through one pinentry program. */
export class Putting {
  readonly program: string;
  readonly place: Place;
  readonly asking: Asking;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly #hasty: number;

  constructor(program: string, place: Place, asking: Asking, until: number, hasty: number) {
    this.program = program;
    this.place = place;
    this.asking = asking;
    this.until = until;
    this.#hasty = hasty;
  }

  /** Shows one dialog; resolves with a yes of either kind, throws when the person says no or nothing. */
  async show(draw: Draw, form: { headed?: boolean; single?: boolean } = {}): Promise<Yes> {
    for (let time = 0; time < TIMES; time++) {
      const { outcome, after } = await this.#showOnce(draw, form);
      // Keys meant for what was on the screen before: neither a PIN nor a consent, and worth no try.
      if (after >= this.#hasty) return outcome;
      if (outcome.end === 'ok') outcome.typed.fill(0);
    }
    throw new AssuanError('pinentry answers by itself');
  }

  async #showOnce(
    draw: Draw,
    { headed = false, single = false }: { headed?: boolean; single?: boolean },
  ): Promise<{ outcome: Yes; after: number }> {
    const { signal } = this.asking;
    const dialog = await this.#open();
    const close = (): void => void dialog.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      const sheet = layOut(draw, headed, dialog.screen);
      if (sheet === null) throw new AssuanError('the question does not fit');
      const shown = performance.now();
      const outcome = await dialog.show(single ? { ...sheet, cancel: null, other: null } : sheet, this.until - Date.now());
      if (signal.aborted && outcome.end === 'ok') outcome.typed.fill(0);
      signal.throwIfAborted();
      if (outcome.end === 'cancelled') throw new SignetError('prompt_cancelled');
      if (outcome.end === 'timeout') throw new SignetError('prompt_timeout');
      return { outcome: outcome as Yes, after: performance.now() - shown };
    } finally {
      signal.removeEventListener('abort', close);
      // The next dialog wants the same screen.
      await dialog.close();
    }
  }

  async #open(): Promise<PinentryDialog> {
    const dialog = await PinentryDialog.open(this.program, this.place);
    if (!this.asking.signal.aborted) return dialog;
    await dialog.close();
    throw this.asking.signal.reason;
  }
}

/**
 * Shows one certificate after the other until one is taken; then, where it may be, whether it is to be remembered. Throws what
 * `Putting.show` does, `no_certificate` when there is none.
 */
export async function chosen(question: QuestionOf<'certificate'>, putting: Putting): Promise<Answers['certificate']> {
  const { candidates, rememberDays } = question;
  const { language } = putting.asking;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    const { end } = await putting.show(drawQuestion(question, language));
    return { credentialId: only.credentialId, remember: end === 'other' };
  }
  for (let index = 0; ; index = (index + 1) % candidates.length) {
    const card = candidates[index];
    if (card === undefined) throw new SignetError('no_certificate');
    const { end } = await putting.show(drawCandidate(question, index, language));
    if (end === 'other') continue;
    if (rememberDays === null) return { credentialId: card.credentialId, remember: false };
    const remembering = await putting.show(drawRemember(question, index, rememberDays, language));
    return { credentialId: card.credentialId, remember: remembering.end === 'other' };
  }
}
