import type { Command } from 'commander';
import { howSure, triesLeft } from '../../messages/index.ts';
import { chooseToken } from '../choose-token.ts';
import type { Frame } from '../frame.ts';
import { logIn, type PinOptions } from '../login.ts';
import { addPinOptions } from '../pin-options.ts';
import { secretSource } from '../secrets.ts';
import { page, type SharedOptions } from '../shell.ts';
import { localTime } from '../time.ts';

type Options = SharedOptions & PinOptions;

/** `signet login [TOKEN]` */
export function loginCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('login', 'login', ['login', 'login "Signet practice"', 'login --pin-stdin < pin.txt'])
    .argument('[token]', t('cli.argument.token'));
  addPinOptions(command, t, '--pin-stdin', 'pin_stdin');
  return frame.shared(command).action((named: string | undefined, options: Options) =>
    frame.finish(options, async (shell) => {
      const token = await chooseToken(shell, named);
      const source = secretSource(shell, options.pinStdin === true, '--pin-stdin');
      try {
        const answer = await logIn(shell, token, source, options);
        const { session, pin } = answer;
        return {
          json: { tokenId: token.id, ...answer },
          page: page()
            .verdict('good', t('cli.login.done', { label: token.label }))
            .field(t('cli.field.session'), sessionText(t, session, shell.language))
            .field(t('cli.field.pin'), t('cli.pin_line', { left: triesLeft(pin, t), sure: howSure(pin, t) })),
        };
      } finally {
        source.close();
      }
    }),
  );
}

/** How long a login lasts, for people. */
export function sessionText(t: Frame['t'], session: { expiresAt: string; idleSeconds: number }, language: string): string {
  return t('cli.session', { time: localTime(session.expiresAt, language), minutes: Math.round(session.idleSeconds / 60) });
}
