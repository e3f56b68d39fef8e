import type { Command } from 'commander';
import { DaemonUnreachable, type DiagnosticReport, type DiagnosticResult } from '../../client/index.ts';
import { DoctorPage, isWrong } from '../doctor-page.ts';
import { CliFailure } from '../failure.ts';
import { Frame } from '../frame.ts';
import { type Outcome, page, type SharedOptions, type Shell } from '../shell.ts';

interface Options extends SharedOptions {
  list?: true;
  network?: true;
}

/** `signet doctor` */
export function doctorCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('doctor', 'doctor', [
      'doctor',
      'doctor driver.loads token.present',
      'doctor --network',
      'doctor --list',
      'doctor --json',
    ])
    .argument('[checks...]', t('cli.argument.check'))
    .option('--network', t('cli.option.doctor_network'))
    .option('--list', t('cli.option.doctor_list'));
  return frame.shared(command).action(async (ids: string[], options: Options) => {
    // Settings that cannot be used are one of the things the doctor is asked about.
    const lenient = new Frame({ ...frame.settings, failure: undefined }, frame.terminal);
    await lenient.finish(options, (shell) => (options.list === true ? list(shell) : examine(shell, ids, options)));
    frame.exit = lenient.exit;
  });
}

async function list(shell: Shell): Promise<Outcome> {
  const { listChecks } = await besideDaemon();
  const { t, language } = shell;
  const checks = listChecks(process.platform, language);
  const told = page();
  for (const { id, title, severity, optIn, here } of checks) {
    const notes = [...(optIn ? [t('doctor.list_opt_in')] : []), ...(here ? [] : [t('doctor.list_elsewhere')])];
    told.field(id, [t('doctor.list_here', { title, severity: t(`doctor.severity.${severity}`) }), ...notes].join('; '));
  }
  return { json: { checks }, page: told };
}

async function examine(shell: Shell, named: readonly string[], options: Options): Promise<Outcome> {
  const { listChecks, unknownChecks } = await besideDaemon();
  const [unknown] = unknownChecks(named);
  if (unknown !== undefined) throw new CliFailure('unknown_check', 2, { id: unknown });
  const network = options.network === true ? listChecks(process.platform).filter(({ optIn, here }) => optIn && here) : [];
  const ids = [...new Set([...named, ...network.map(({ id }) => id as string)])];
  const told = new DoctorPage(shell);
  const flags = { runtimeDir: options.runtimeDir, language: options.language };
  let report: DiagnosticReport;
  try {
    report = await throughDaemon(shell, told, ids, flags);
  } catch (error) {
    const silent = error instanceof DOMException && error.name === 'TimeoutError';
    if (!(silent || error instanceof DaemonUnreachable) || told.begun) throw error;
    report = await fromBeside(shell, told, ids, flags);
  }
  return { json: report, page: told.closing(report), exit: report.checks.some(isWrong) ? 1 : 0 };
}

/** A daemon that is busy answers later than one that hangs: never. Milliseconds. */
const PATIENCE = 5_000;

interface Flags {
  runtimeDir: string | undefined;
  language: string | undefined;
}

/** The daemon's doctor, with what only the outside can see put in the place of what the daemon thinks of its own doors. */
async function throughDaemon(shell: Shell, told: DoctorPage, ids: readonly string[], flags: Flags): Promise<DiagnosticReport> {
  const { seenFromOutside, summarise } = await besideDaemon();
  await shell.client.health({ signal: AbortSignal.timeout(PATIENCE) });
  const outside: DiagnosticResult[] = (await seenFromOutside(flags, { ids, language: shell.language }, shell.terminal.env)).map(
    (result) => ({ ...result, dependsOn: [...result.dependsOn] }),
  );
  const checks: DiagnosticResult[] = [];
  const take = (result: DiagnosticResult): void => {
    const better = outside.filter(({ id }) => id === result.id);
    if (better.length > 0 && checks.some(({ id }) => id === result.id)) return;
    for (const each of better.length > 0 ? better : [result]) {
      checks.push(each);
      told.add(each);
    }
  };
  await shell.client.diagnostics({ ids, onResult: take });
  return { checks, summary: summarise(checks), end: true };
}

async function fromBeside(shell: Shell, told: DoctorPage, ids: readonly string[], flags: Flags): Promise<DiagnosticReport> {
  const { doctorBeside } = await besideDaemon();
  told.fromBeside();
  const { doctor, close } = doctorBeside(flags, shell.terminal.env);
  const checks: DiagnosticResult[] = [];
  try {
    const { summary } = await doctor.run({
      ids,
      language: shell.language,
      onResult: (result) => {
        const each = { ...result, dependsOn: [...result.dependsOn] };
        checks.push(each);
        told.add(each);
      },
    });
    return { checks, summary, end: true };
  } finally {
    await close();
  }
}

async function besideDaemon(): Promise<Awaited<ReturnType<typeof import('../../daemon/index.ts').beside>>> {
  const { beside } = await import('../../daemon/index.ts');
  return beside();
}
