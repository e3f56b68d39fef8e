import { SignetApiError, type Token } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import { howSure, pinState, triesLeft } from '../messages/index.ts';
import { consentToFinalTry, isFinalTry } from './final-try.ts';
import type { SecretSource } from './secrets.ts';
import { page, type Shell } from './shell.ts';
import { blocked } from './way-out.ts';

/** A PIN or PUK that somebody wants presented. */
export interface Presentation<T> {
  token: Token;
  kind: 'pin' | 'puk';
  source: SecretSource;
  /** The person has agreed beforehand to use the last try. */
  finalTryAgreed: boolean;
  /** Asks for what is needed; not called for a PIN pad. */
  gather(source: SecretSource): Promise<Buffer[]>;
  /** One request, with secrets that the client zeroes. */
  attempt(secrets: Buffer[], consent: string | undefined): Promise<T>;
}

/**
 * Shows how the PIN stands, gets the person's consent where the try may be the last, asks for the PIN and presents it once. What
 * cannot succeed is refused before anybody types: blocked, or no PIN set.
 */
export async function present<T>(shell: Shell, presentation: Presentation<T>): Promise<T> {
  const { token, kind, source, finalTryAgreed, attempt } = presentation;
  const pin = token[kind];
  if (pin.state === 'locked') throw await blocked(shell, token, pin);
  if (pin.state === 'not_initialised') throw new SignetError('pin_state_unknown', { pin, variant: 'not_initialised' });
  if (source.person) showState(shell, token, kind);
  const agree = (): Promise<string> => consentToFinalTry(shell, token, kind, finalTryAgreed, source.person);
  let consent = isFinalTry(pin) ? await agree() : undefined;
  const secrets = token.pinPad ? [] : await presentation.gather(source);
  if (token.pinPad) shell.tell(page().text(shell.t('cli.type_on_reader', { reader: token.reader })));
  try {
    for (;;) {
      try {
        return await attempt(secrets.map(copyOf), consent);
      } catch (error) {
        // The ledger may know what the state did not show; nothing was spent, and one consent is asked for at most.
        if (consent !== undefined || !(error instanceof SignetApiError) || error.code !== 'final_try_consent_required')
          throw error;
        consent = await agree();
      }
    }
  } finally {
    for (const secret of secrets) secret.fill(0);
  }
}

function showState(shell: Shell, token: Token, kind: 'pin' | 'puk'): void {
  const { t } = shell;
  const pin = token[kind];
  const left = t('cli.pin_line', { left: triesLeft(pin, t), sure: howSure(pin, t) });
  shell.tell(
    page()
      .title(t(`cli.present.title_${kind}`, { label: token.label }))
      .text(pin.state === 'ok' || pin.state === 'unknown' ? left : `${left} (${pinState(pin, t)})`),
  );
}

function copyOf(secret: Buffer): Buffer {
  return Buffer.alloc(secret.length, secret);
}
