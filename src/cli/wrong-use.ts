import type { CommanderError } from 'commander';
import { CliFailure } from './failure.ts';

const KNOWN = new Set([
  'commander.unknownOption',
  'commander.unknownCommand',
  'commander.missingArgument',
  'commander.optionMissingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.excessArguments',
  'commander.invalidArgument',
  'commander.conflictingOption',
]);

/** What is wrong with how a command was called. The value of an option is not repeated: it might be a PIN in the wrong place. */
export function describeWrongUse(error: CommanderError): CliFailure {
  if (!KNOWN.has(error.code)) return new CliFailure('wrong_use', 2);
  const named = error.code === 'commander.excessArguments' ? '' : (/'([^']*)'/.exec(error.message)?.[1] ?? '');
  const suggestion = /\(Did you mean (?:one of )?(.*)\?\)/.exec(error.message)?.[1];
  const code = error.code.slice('commander.'.length).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const name = named.replace(/=.*$/s, '');
  const allowed = /is invalid\. (.*)$/.exec(error.message)?.[1] ?? '';
  return new CliFailure(suggestion === undefined ? code : `${code}_similar`, 2, { name, allowed, suggestion: suggestion ?? '' });
}

const SECRET_OPTIONS = ['--pin', '--puk', '--new-pin', '--newpin', '--so-pin', '--password', '--passwd', '--passphrase'];

/** Throws when a PIN is offered on the command line, where every program of the machine can read it. */
export function refuseSecretsInArguments(argv: readonly string[]): void {
  const end = argv.indexOf('--');
  for (const argument of end < 0 ? argv : argv.slice(0, end)) {
    const name = argument.split('=', 1)[0] ?? '';
    if (SECRET_OPTIONS.includes(name)) throw new CliFailure('secret_in_arguments', 2, { name });
  }
}
