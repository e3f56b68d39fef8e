import type { PinStatus, Token } from '../client/index.ts';
import { askLine } from './ask-line.ts';
import { CliFailure } from './failure.ts';
import { page, type Shell } from './shell.ts';

/** Whether the next wrong value may block the token, as far as its status tells. */
export function isFinalTry(pin: PinStatus): boolean {
  return pin.state === 'final_try' || pin.remaining?.atMost === 1;
}

/**
 * A consent to the last try: the person types the token's label, or has said so with the option of that long name. Throws
 * CliFailure `final_try_consent_required` where nobody can be asked, `final_try_declined` when the label is not typed.
 */
export async function consentToFinalTry(
  shell: Shell,
  token: Token,
  kind: 'pin' | 'puk',
  agreed: boolean,
  mayAsk: boolean,
): Promise<string> {
  const { t, client, terminal } = shell;
  if (!agreed) {
    if (!mayAsk) throw new CliFailure('final_try_consent_required', 4, { option: FINAL_TRY_OPTION });
    const word = token.label.trim() || token.serial.trim();
    shell.tell(
      page()
        .verdict('unsure', t('cli.final_try.title'))
        .text(t(`cli.final_try.meaning_${kind}`)),
    );
    const typed = await askLine(terminal, `${t('cli.final_try.question', { label: word })} `);
    if (typed !== word) throw new CliFailure('final_try_declined', 4);
  }
  return (await client.finalTryConsent(token.id, kind)).consent;
}

/** The option by which a script says what a person would type. */
export const FINAL_TRY_OPTION = '--yes-use-the-final-try-of-this-token';
