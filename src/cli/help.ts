import { Help, type HelpConfiguration } from 'commander';
import type { Translate } from '../messages/index.ts';
import { wrap } from './wrap.ts';

/** Below this many characters for a description, it goes under its term instead of beside it. */
const BESIDE_FROM = 30;

/** How `--help` looks: in the person's language, and whole words on a narrow terminal too. */
export function helpStyle(t: Translate): HelpConfiguration {
  const plainHelp = new Help();
  const translated = (usage: string): string =>
    usage.replace('[options]', t('cli.help.options_word')).replace('[command]', t('cli.help.command_word'));
  return {
    minWidthToWrap: BESIDE_FROM,
    styleTitle: (title) => t(`cli.help.${title.replace(':', '').toLowerCase()}`),
    commandUsage: (command) => translated(plainHelp.commandUsage(command)),
    subcommandTerm: (command) => translated(plainHelp.subcommandTerm(command)),
    // Commander adds the default in English.
    optionDescription: (option) => option.description,
    formatItem(term, termWidth, description, helper) {
      const width = helper.helpWidth ?? 80;
      if (width - termWidth - 4 >= BESIDE_FROM) return plainHelp.formatItem.call(helper, term, termWidth, description, helper);
      return [`  ${term}`, ...wrap(description, width - 6).map((line) => `      ${line}`)].join('\n');
    },
  };
}
