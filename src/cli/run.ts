import { CommanderError } from 'commander';
import type { ExitCode } from './failure.ts';
import { Frame } from './frame.ts';
import { makeProgram } from './program.ts';
import { report } from './report.ts';
import { readSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';
import { refuseSecretsInArguments } from './wrong-use.ts';

/** Runs one command line (without program and script) and resolves with its exit code; never rejects. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const settings = await readSettings(argv, terminal.env);
  const frame = new Frame(settings, terminal);
  try {
    refuseSecretsInArguments(argv);
    await makeProgram(frame).parseAsync([...argv], { from: 'user' });
    return frame.exit;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? 0 : 2;
    return report(error, { json: argv.includes('--json'), language: settings.language, terminal });
  }
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.help' || code === 'commander.helpDisplayed' || code === 'commander.version';
}
