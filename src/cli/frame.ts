import { Command } from 'commander';
import type { Translate } from '../messages/index.ts';
import { translator } from '../messages/index.ts';
import type { ExitCode } from './failure.ts';
import { helpStyle } from './help.ts';
import type { Settings } from './settings.ts';
import { makeShell, type Outcome, type SharedOptions, type Shell } from './shell.ts';
import type { Terminal } from './terminal.ts';

/** What the commands are defined with, and where their exit code ends up. */
export class Frame {
  readonly t: Translate;
  readonly settings: Settings;
  readonly terminal: Terminal;
  exit: ExitCode = 0;

  constructor(settings: Settings, terminal: Terminal) {
    this.settings = settings;
    this.terminal = terminal;
    this.t = translator(settings.language);
  }

  /** A command with its description and examples, which are lines to paste without the leading `signet`. */
  command(name: string, key: string, examples: readonly string[]): Command {
    const { t } = this;
    const lines = examples.map((example) => `  $ signet ${example}`);
    return new Command(name)
      .description(t(`cli.command.${key}`))
      .helpOption('-h, --help', t('cli.option.help'))
      .helpCommand(false)
      .configureHelp(helpStyle(t))
      .addHelpText('after', `\n${t('cli.help.examples')}\n${lines.join('\n')}`);
  }

  /** Adds the options that every command has; last, so that its own come first in the help. */
  shared(command: Command): Command {
    const { t } = this;
    return command
      .option('--json', t('cli.option.json'))
      .option('--language <language>', t('cli.option.language'))
      .option('--runtime-dir <folder>', t('cli.option.runtime_dir'));
  }

  /** Runs a command's work and prints its outcome. */
  async finish(options: SharedOptions, work: (shell: Shell) => Promise<Outcome>): Promise<void> {
    const shell = makeShell(options, this.settings, this.terminal);
    try {
      const outcome = await work(shell);
      shell.print(outcome);
      this.exit = outcome.exit ?? 0;
    } finally {
      shell.client.close();
    }
  }
}
