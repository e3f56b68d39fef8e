import type { Command } from 'commander';
import { Frame } from '../../src/cli/frame.ts';
import { makeProgram } from '../../src/cli/program.ts';

/** The real command line, in English, with nobody at it. */
export function program(): Command {
  const settings = { language: 'en' as const, runtimeDir: undefined, failure: undefined };
  const { stdin, stdout, stderr } = process;
  return makeProgram(new Frame(settings, { stdin, stdout, stderr, env: {} }));
}

/** Options that every command has, which the documents describe once. */
export const SHARED = ['--json', '--language', '--runtime-dir'];

/** Every command that does something, with the words that call it: `['pin', 'change']`. */
export function leaves(
  command: Command = program(),
  words: readonly string[] = [],
): { words: readonly string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((below) => leaves(below, [...words, below.name()]));
}

/** A call as help shows it: `signet pin change [token]`. */
export function usageOf({ words, command }: { words: readonly string[]; command: Command }): string {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return ['signet', ...words, ...args].join(' ');
}
