import type { Command } from 'commander';
import type { PinAnswer, Token } from '../../client/index.ts';
import { SignetError } from '../../errors/index.ts';
import { howSure, triesLeft } from '../../messages/index.ts';
import { chooseToken } from '../choose-token.ts';
import type { Frame } from '../frame.ts';
import { type PinOptions, withPin } from '../login.ts';
import { addPinOptions } from '../pin-options.ts';
import { present } from '../present.ts';
import { type SecretSource, secretSource } from '../secrets.ts';
import { type Outcome, page, type SharedOptions, type Shell } from '../shell.ts';

interface Options extends SharedOptions, PinOptions {
  pukStdin?: true;
}

/** `signet pin change [TOKEN]` and `signet pin unblock [TOKEN]` */
export function pinCommand(frame: Frame): Command {
  return frame
    .command('pin', 'pin', ['pin change', 'pin unblock'])
    .addCommand(one(frame, 'change', '--pin-stdin', ['pin change', 'pin change --pin-stdin < old-and-new.txt'], change))
    .addCommand(one(frame, 'unblock', '--puk-stdin', ['pin unblock', 'pin unblock --puk-stdin < puk-and-new.txt'], unblock));
}

type Work = (shell: Shell, token: Token, source: SecretSource, agreed: boolean) => Promise<PinAnswer>;

function one(
  frame: Frame,
  name: 'change' | 'unblock',
  stdin: '--pin-stdin' | '--puk-stdin',
  examples: string[],
  work: Work,
): Command {
  const { t } = frame;
  const command = frame.command(name, `pin_${name}`, examples).argument('[token]', t('cli.argument.token'));
  addPinOptions(command, t, stdin, name === 'change' ? 'pin_pair_stdin' : 'puk_pair_stdin');
  return frame.shared(command).action((named: string | undefined, options: Options) =>
    frame.finish(options, async (shell): Promise<Outcome> => {
      const token = await chooseToken(shell, named);
      const source = secretSource(shell, options.pinStdin === true || options.pukStdin === true, stdin);
      try {
        const { pin } = await work(shell, token, source, options.yesUseTheFinalTryOfThisToken === true);
        return {
          json: { tokenId: token.id, pin },
          page: page()
            .verdict('good', t(`cli.pin_${name}.done`, { label: token.label }))
            .field(t('cli.field.pin'), t('cli.pin_line', { left: triesLeft(pin, t), sure: howSure(pin, t) })),
        };
      } finally {
        source.close();
      }
    }),
  );
}

function change(shell: Shell, token: Token, source: SecretSource, finalTryAgreed: boolean): Promise<PinAnswer> {
  return present(shell, {
    token,
    kind: 'pin',
    source,
    finalTryAgreed,
    gather: (from) => pair(shell, token, from, 'current_pin'),
    attempt: ([currentPin, newPin], consent) =>
      shell.client.changePin(token.id, withPin({ currentPin, newPin, finalTryConsent: consent })),
  });
}

async function unblock(shell: Shell, token: Token, source: SecretSource, finalTryAgreed: boolean): Promise<PinAnswer> {
  if (!token.unblock) throw new SignetError('unblock_unsupported', { pin: token.pin });
  return present(shell, {
    token,
    kind: 'puk',
    source,
    finalTryAgreed,
    gather: (from) => pair(shell, token, from, 'puk'),
    attempt: ([puk, newPin], consent) => shell.client.unblock(token.id, withPin({ puk, newPin, finalTryConsent: consent })),
  });
}

async function pair(shell: Shell, token: Token, from: SecretSource, first: 'current_pin' | 'puk'): Promise<Buffer[]> {
  const { t } = shell;
  const { label, minPinLength: min, maxPinLength: max } = token;
  const old = await from.ask(t(`cli.ask.${first}`, { label }));
  try {
    return [old, await from.askNew(t('cli.ask.new_pin', { min, max }), t('cli.ask.new_pin_again'))];
  } catch (error) {
    old.fill(0);
    throw error;
  }
}
