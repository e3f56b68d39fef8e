import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { afirmaCommand } from './commands/afirma.ts';
import { auditCommand } from './commands/audit.ts';
import { bundleCommand } from './commands/bundle.ts';
import { casesCommand } from './commands/cases.ts';
import { certificatesCommand } from './commands/certificates.ts';
import { clientsCommand } from './commands/clients.ts';
import { consoleCommand } from './commands/console.ts';
import { doctorCommand } from './commands/doctor.ts';
import { installCommand } from './commands/install.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { originsCommand } from './commands/origins.ts';
import { pinCommand } from './commands/pin.ts';
import { proceduresCommand } from './commands/procedures.ts';
import { promptCommand } from './commands/prompt.ts';
import { serveCommand } from './commands/serve.ts';
import { signCommand } from './commands/sign.ts';
import { statusCommand } from './commands/status.ts';
import { tokensCommand } from './commands/tokens.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { verifyCommand } from './commands/verify.ts';
import type { Frame } from './frame.ts';
import { widthOf } from './terminal.ts';

const COMMANDS = [
  serveCommand,
  statusCommand,
  tokensCommand,
  certificatesCommand,
  loginCommand,
  logoutCommand,
  pinCommand,
  signCommand,
  verifyCommand,
  casesCommand,
  clientsCommand,
  originsCommand,
  auditCommand,
  bundleCommand,
  proceduresCommand,
  consoleCommand,
  afirmaCommand,
  promptCommand,
  doctorCommand,
  installCommand,
  uninstallCommand,
];

/** The whole command line. Parsing throws CommanderError for wrong use and for help, after help was printed. */
export function makeProgram(frame: Frame): Command {
  const { t, terminal } = frame;
  const program = frame
    .command('signet', 'signet', ['serve', 'tokens', 'sign contract.pdf', 'verify contract.pdf'])
    .usage(t('cli.help.signet_usage'));
  program.version(version(), '-V, --version', t('cli.option.version'));
  for (const command of COMMANDS) program.addCommand(command(frame));
  prepare(program, terminal);
  return program;
}

function prepare(command: Command, terminal: Frame['terminal']): void {
  const { stdout, stderr, env } = terminal;
  command.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    // Told in the person's language, with the other errors.
    outputError: () => undefined,
    getOutHelpWidth: () => widthOf(stdout, env),
    getErrHelpWidth: () => widthOf(stderr, env),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const below of command.commands) prepare(below, terminal);
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
