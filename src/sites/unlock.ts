import type { Secret } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Language } from '../messages/index.ts';
import type { Act, Again, Asker, CertificateCard, Dialog, WayOut } from '../prompt/index.ts';
import type { PinKind } from '../store/index.ts';
import { type Caller, FLAG, type Token, type Tokens } from '../tokens/index.ts';
import { tokenCard } from './cards.ts';

/** What the person is told while the PIN of a token is asked for. */
export interface Unlocking {
  token: Token;
  caller: Caller;
  asker: Asker;
  act: Act;
  certificate: CertificateCard | null;
  language: Language;
}

/** Names the issuer's way out of a blocked token; null when nothing is known. */
export type FindWayOut = (token: Token, language: Language) => WayOut | null;

/** Ends of an attempt after which the person may type again: nothing else is known to have gone wrong. */
const ASK_AGAIN: ReadonlySet<string> = new Set(['pin_incorrect', 'pin_known_wrong', 'pin_format', 'rate_limited']);

/** Asks the person for a PIN and has the guard present it: every value once, and only what was just typed. */
export class Unlock {
  readonly #tokens: Tokens;
  readonly #wayOut: FindWayOut;

  constructor(tokens: Tokens, wayOut: FindWayOut) {
    this.#tokens = tokens;
    this.#wayOut = wayOut;
  }

  /** Logs the caller in. Throws what the guard or the prompt ends with; a wrong PIN is asked for again until the person stops. */
  async login(dialog: Dialog, unlocking: Unlocking): Promise<void> {
    const { token, caller } = unlocking;
    await this.present(dialog, unlocking, 'user', (pin, consent) => this.#tokens.login(token, caller, pin, consent));
  }

  /**
   * Runs `present` with a PIN that the person has just typed (null: on the reader) and a consent where the try is the last. A token
   * that is pulled out takes the question with it.
   */
  async present<T>(
    dialog: Dialog,
    unlocking: Unlocking,
    kind: PinKind,
    present: (pin: Secret | null, consent: string | undefined) => Promise<T>,
  ): Promise<T> {
    const there = this.#tokens.untilRemoved(unlocking.token);
    try {
      return await this.#present(dialog, unlocking, kind, there.signal, present);
    } finally {
      there.stop();
    }
  }

  async #present<T>(
    dialog: Dialog,
    unlocking: Unlocking,
    kind: PinKind,
    there: AbortSignal,
    present: (pin: Secret | null, consent: string | undefined) => Promise<T>,
  ): Promise<T> {
    const { token, asker, act, certificate, language, caller } = unlocking;
    const wayOut = this.#wayOut(token, language);
    let again: Again = null;
    let rejected: SignetError | null = null;
    // Whoever stops after a wrong PIN is told both: some protocols have an answer of their own for it.
    const stopped = (error: unknown): never => {
      if (rejected === null || !(error instanceof SignetError) || error.code !== 'prompt_cancelled') throw error;
      if (error.facts.variant === 'gone') throw new SignetError('prompt_cancelled', { ...error.facts, cause: rejected });
      // A try was spent: the general text says that none was.
      throw new SignetError('prompt_cancelled', { variant: 'stopped', pin: rejected.facts.pin, cause: rejected });
    };
    for (;;) {
      const tries = this.#tokens.status(token, kind);
      if (tries.state === 'locked')
        return this.#blocked(dialog, unlocking, kind, wayOut, new SignetError('pin_locked', { pin: tries }));
      // There is no PIN yet that anybody could type.
      if (tries.state === 'not_initialised')
        throw new SignetError('pin_state_unknown', { pin: tries, variant: 'not_initialised' });
      let consent: string | undefined;
      if (this.#tokens.mayBlock(token, kind)) {
        await dialog.ask({ kind: 'final_try', asker, token: tokenCard(token), tries, wayOut }, there).catch(stopped);
        const given = await this.#tokens.consent(token, kind, caller).catch((error: unknown) => {
          // Somebody else spent the last try while the person read.
          if (error instanceof SignetError && error.code === 'pin_locked')
            return this.#blocked(dialog, unlocking, kind, wayOut, error);
          throw error;
        });
        consent = given.consent;
      }
      const waitSeconds = this.#tokens.wait(caller);
      const { pin } = await dialog
        .ask(
          {
            kind: 'pin',
            asker,
            act,
            certificate,
            token: tokenCard(token),
            tries,
            again,
            waitSeconds,
            wayOut,
          },
          there,
        )
        .catch(stopped);
      try {
        await patience(this.#tokens.wait(caller), dialog.signal);
        return await present(onReader(token) ? null : pin, consent);
      } catch (error) {
        if (!(error instanceof SignetError)) throw error;
        if (error.code === 'pin_locked') return this.#blocked(dialog, unlocking, kind, wayOut, error);
        // On the reader's own keys.
        if (error.code === 'prompt_cancelled') stopped(error);
        // A consent is void once the token's state has moved: the person is asked for a new one.
        if (error.code !== 'final_try_consent_required' && !ASK_AGAIN.has(error.code)) throw error;
        again = error.code === 'final_try_consent_required' ? null : (error.code as Again);
        if (error.code === 'pin_incorrect') rejected = error;
      } finally {
        pin?.wipe();
      }
    }
  }

  /** Shows that the token is blocked and the way out, then ends with the error: the caller learns it whatever the person does. */
  async #blocked(
    dialog: Dialog,
    { token, asker }: Unlocking,
    kind: PinKind,
    wayOut: WayOut | null,
    error: SignetError,
  ): Promise<never> {
    const tries = this.#tokens.status(token, kind);
    await dialog.ask({ kind: 'blocked', asker, token: tokenCard(token), tries, wayOut }).catch(() => undefined);
    if (wayOut === null) throw error;
    const href = wayOut.procedureId === null ? {} : { href: `/v1/procedures/${wayOut.procedureId}` };
    throw new SignetError(error.code, { ...error.facts, extra: { nextStep: { ...wayOut, ...href } }, cause: error });
  }
}

function onReader({ facts }: Token): boolean {
  return (facts.flags & FLAG.pinPad) !== 0;
}

/** Waits so many seconds, or until the asker is gone. */
function patience(seconds: number, signal: AbortSignal): Promise<void> {
  if (seconds <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, seconds * 1_000);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (signal.aborted)
        reject(signal.reason instanceof SignetError ? signal.reason : new SignetError('prompt_cancelled', { variant: 'gone' }));
      else resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
