import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DaemonUnreachable, type SupportBundle } from '../../client/index.ts';
import { askLine } from '../ask-line.ts';
import { describeBundle } from '../describe-bundle.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions, type Shell } from '../shell.ts';
import { localClock } from '../time.ts';
import { requireFree, writeWhole } from '../write-file.ts';

interface Options extends SharedOptions {
  output?: string;
  yes?: true;
  force?: true;
  show?: true;
  record?: true;
}

/** A bundle that was made, and how to get its bytes. */
interface Made {
  bundle: Omit<SupportBundle, 'expiresAt'>;
  zip(): Promise<Buffer>;
}

/** `signet bundle` */
export function bundleCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('bundle', 'bundle', ['bundle', 'bundle --record', 'bundle --yes --output for-the-help-desk.zip'])
    .option('--output <file>', t('cli.option.bundle_output'))
    .option('--yes', t('cli.option.bundle_yes'))
    .option('--force', t('cli.option.bundle_force'))
    .option('--show', t('cli.option.bundle_show'))
    .option('--record', t('cli.option.bundle_record'));
  return frame.shared(command).action((options: Options) =>
    frame.finish(options, async (shell) => {
      const canAsk = shell.interactive && !shell.json;
      if (options.record === true && !canAsk) throw new CliFailure('bundle_record_unasked', 2);
      if (options.yes !== true && !canAsk) throw new CliFailure('bundle_unasked', 2);
      if (options.output !== undefined && !isFolder(options.output)) requireAbsent(options.output, options.force === true);
      const { bundle, zip } = await make(shell, options);
      shell.tell(describeBundle(bundle, shell.t));
      if (options.show === true && !shell.json) shell.terminal.stdout.write(`${JSON.stringify(bundle.preview, null, 2)}\n`);
      if (options.yes !== true && !(await agreed(shell))) {
        return { json: null, page: page().text(t('bundle.cli.not_written')), exit: 1 };
      }
      const file = placeOf(options.output, bundle.id);
      await write(file, await zip(), options.force === true);
      const told = page()
        .verdict('good', t('bundle.cli.written', { file }))
        .text(t('bundle.cli.read_out', { id: bundle.id }));
      return { json: { ...bundle, file }, page: told };
    }),
  );
}

async function make(shell: Shell, options: Options): Promise<Made> {
  const { client, language } = shell;
  try {
    const record = options.record === true ? await recorded(shell) : undefined;
    const bundle = await client.makeSupportBundle({ language: language as 'en', ...(record === undefined ? {} : { record }) });
    return { bundle, zip: () => client.supportBundleFile(bundle.id) };
  } catch (error) {
    if (!(error instanceof DaemonUnreachable) || error.reason !== 'absent') throw error;
    if (options.record === true) throw new CliFailure('bundle_needs_daemon', 3, {}, error);
    return fromBeside(shell, options);
  }
}

/** Where no daemon answers: what can be seen without one, which is when help is needed most. */
async function fromBeside(shell: Shell, options: Options): Promise<Made> {
  shell.tell(page().text(shell.t('bundle.cli.beside')).blank());
  const { beside } = await import('../../daemon/index.ts');
  const { bundleBeside } = await beside();
  const flags = { runtimeDir: options.runtimeDir };
  const { zip, ...bundle } = await bundleBeside(flags, shell.language, shell.terminal.env);
  return { bundle, zip: () => Promise.resolve(zip) };
}

/** Records until the person says that it has happened; whatever comes, the log is quiet again afterwards. Returns the recording's id. */
async function recorded(shell: Shell): Promise<string> {
  const { t, client, terminal } = shell;
  const { id, marker, endsAt } = await client.startRecording();
  try {
    shell.tell(
      page()
        .text(t('bundle.cli.recording', { marker }))
        .text(t('bundle.cli.record_until', { time: localClock(endsAt, shell.language) })),
    );
    await askLine(terminal, `${t('bundle.cli.ask_record')} `);
  } finally {
    await client.endRecording(id);
  }
  shell.tell(page().text(t('bundle.cli.recorded')).blank());
  return id;
}

async function agreed({ t, terminal }: Shell): Promise<boolean> {
  const answer = (await askLine(terminal, `${t('bundle.cli.ask')} `)).toLowerCase();
  return t('bundle.cli.yes').split(' ').includes(answer);
}

function placeOf(output: string | undefined, id: string): string {
  const name = `signet-bundle-${id}.zip`;
  if (output === undefined) return name;
  return isFolder(output) ? join(output, name) : output;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function requireAbsent(path: string, force: boolean): void {
  own(() => requireFree(path, force));
}

/** Mode 0600: what is in it is for the help desk, and not for everybody at this machine. */
async function write(file: string, zip: Buffer, force: boolean): Promise<void> {
  try {
    await writeWhole(file, zip, force, 0o600);
  } catch (error) {
    own(() => {
      throw error;
    });
  }
}

/** The failures of writing name the options of other commands. */
function own(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof CliFailure && error.code === 'output_exists') throw new CliFailure('bundle_exists', 2, error.params);
    if (error instanceof CliFailure && error.code === 'output_unwritable')
      throw new CliFailure('bundle_unwritable', 3, error.params, error);
    throw error;
  }
}
