import type { Command } from 'commander';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { attend } from '../prompt-attend.ts';
import { page, type SharedOptions } from '../shell.ts';

/** `signet prompt` */
export function promptCommand(frame: Frame): Command {
  const { t } = frame;
  return frame.shared(frame.command('prompt', 'prompt', ['prompt', 'prompt --language fr'])).action((options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      if (!shell.interactive) throw new CliFailure('prompt_no_terminal', 2);
      const questions = await attend(shell);
      return { json: { questions }, page: page().text(t('cli.prompt.ended', { count: questions })) };
    }),
  );
}
