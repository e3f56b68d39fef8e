import type { Command } from 'commander';
import type { Frame } from './frame.ts';

/** A command below `signet cases` that is about one case. */
export function onCase(frame: Frame, name: string, examples: readonly string[]): Command {
  return frame.command(name, `cases_${name}`, examples).argument('<id>', frame.t('cases.argument.id'));
}
