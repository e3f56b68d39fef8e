import type { Command } from 'commander';
import type { Translate } from '../messages/index.ts';
import { FINAL_TRY_OPTION } from './final-try.ts';

/** Adds what every command that may present a PIN takes. `stdin` names the option that reads secrets from standard input. */
export function addPinOptions(command: Command, t: Translate, stdin: '--pin-stdin' | '--puk-stdin', stdinKey: string): Command {
  return command.option(stdin, t(`cli.option.${stdinKey}`)).option(FINAL_TRY_OPTION, t('cli.option.final_try'));
}
