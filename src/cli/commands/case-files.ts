import { basename } from 'node:path';
import type { Command } from 'commander';
import { kib } from '../case-page.ts';
import { readWhole } from '../digest.ts';
import type { Frame } from '../frame.ts';
import { onCase } from '../on-case.ts';
import { page, type SharedOptions, type Shell } from '../shell.ts';
import { table } from '../table.ts';
import { requireFree, writeWhole } from '../write-file.ts';

/** Largest files that are sent, in bytes: an attachment, an export. */
const MAX_FILE = 10 * 1024 * 1024;
const MAX_EXPORT = 80 * 1024 * 1024;
const LANGUAGES = ['en', 'fr', 'es'] as const;

/** What of `signet cases …` reads or writes a file. */
export function caseFileCommands(frame: Frame): Command[] {
  return [attachCommand, filesCommand, fileCommand, emailCommand, dossierCommand, exportCommand, importCommand].map((make) =>
    make(frame),
  );
}

function attachCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'attach', [
    'cases attach 7KM-4QXB form-signed.pdf',
    'cases attach 7KM-4QXB form-signed.pdf --step request',
  ])
    .argument('<file>', t('cases.argument.file'))
    .option('--step <step>', t('cases.option.attach_step'));
  return frame.shared(command).action((id: string, file: string, options: SharedOptions & { step?: string }) =>
    frame.finish(options, async ({ client }) => {
      const bytes = await readWhole(file, MAX_FILE);
      const { version } = await client.cases.get(id);
      const answer = await client.cases.attach(id, {
        version,
        name: basename(file),
        bytes,
        ...(options.step === undefined ? {} : { stepId: options.step }),
      });
      return { json: answer, page: page().verdict('good', t('cases.done.attached', { name: answer.file.name })) };
    }),
  );
}

function filesCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'files', ['cases files 7KM-4QXB']);
  return frame.shared(command).action((id: string, options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const files = await shell.client.cases.files(id);
      const head = ['file', 'name', 'size', 'type', 'of_step'].map((key) => t(`cases.field.${key}`));
      const rows = files.map(({ id: fileId, name, size, type, stepId }) => [fileId, name, kib(size), type, stepId ?? '']);
      const told = rows.length === 0 ? page().text(t('cases.no_files')) : await table(page(), head, rows, shell.terminal);
      return { json: { files }, page: told };
    }),
  );
}

function fileCommand(frame: Frame): Command {
  const { t } = frame;
  const example = 'cases file 7KM-4QXB 3f9k2m7q --output form-signed.pdf';
  const command = withOutput(frame, onCase(frame, 'file', [example]).argument('<file>', t('cases.argument.file_id')));
  return frame
    .shared(command)
    .action((id: string, file: string, options: OutputOptions) =>
      write(frame, options, async ({ client }) => client.cases.file(id, await fileId(client, id, file))),
    );
}

/** The id of a file that was named by its id or its name; what is neither is left to the daemon to refuse. */
async function fileId(client: Shell['client'], id: string, named: string): Promise<string> {
  const files = await client.cases.files(id);
  return (files.find((file) => file.id === named.toLowerCase()) ?? files.find(({ name }) => name === named))?.id ?? named;
}

interface OutputOptions extends SharedOptions {
  output: string;
  force?: true;
  step?: string;
}

function emailCommand(frame: Frame): Command {
  const { t } = frame;
  const command = withOutput(frame, onCase(frame, 'email', ['cases email 7KM-4QXB --output request.eml'])).option(
    '--step <step>',
    t('cases.option.email_step'),
  );
  return frame
    .shared(command)
    .action((id: string, options: OutputOptions) =>
      write(
        frame,
        options,
        (shell) =>
          shell.client.cases.email(id, { ...languageOf(options), ...(options.step === undefined ? {} : { step: options.step }) }),
        t('cases.done.email_hint'),
      ),
    );
}

function dossierCommand(frame: Frame): Command {
  const command = withOutput(frame, onCase(frame, 'dossier', ['cases dossier 7KM-4QXB --output dossier.pdf']));
  return frame
    .shared(command)
    .action((id: string, options: OutputOptions) =>
      write(frame, options, (shell) => shell.client.cases.dossier(id, languageOf(options))),
    );
}

function exportCommand(frame: Frame): Command {
  const command = withOutput(frame, onCase(frame, 'export', ['cases export 7KM-4QXB --output ana.signetcase']));
  return frame
    .shared(command)
    .action((id: string, options: OutputOptions) => write(frame, options, (shell) => shell.client.cases.export(id)));
}

function write(frame: Frame, options: OutputOptions, make: (shell: Shell) => Promise<Buffer>, hint?: string): Promise<void> {
  return frame.finish(options, async (shell) => {
    const force = options.force === true;
    requireFree(options.output, force);
    const bytes = await make(shell);
    await writeWhole(options.output, bytes, force);
    const told = page().verdict('good', shell.t('cases.done.written', { path: options.output }));
    return { json: { output: options.output, size: bytes.length }, page: hint === undefined ? told : told.text(hint) };
  });
}

function importCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('import', 'cases_import', ['cases import ana.signetcase'])
    .argument('<file>', t('cases.argument.file'));
  return frame.shared(command).action((file: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      const answer = await client.cases.import(await readWhole(file, MAX_EXPORT));
      const { id, importedFrom } = answer.case;
      const key = answer.known ? 'known' : importedFrom === null ? 'imported' : 'copied';
      return { json: answer, page: page().verdict('good', t(`cases.done.${key}`, { id, original: importedFrom ?? '' })) };
    }),
  );
}

function withOutput({ t }: Frame, command: Command): Command {
  return command.requiredOption('--output <file>', t('cases.option.output')).option('--force', t('cli.option.force'));
}

function languageOf({ language }: SharedOptions): { language?: (typeof LANGUAGES)[number] } {
  const found = LANGUAGES.find((each) => each === language?.slice(0, 2).toLowerCase());
  return found === undefined ? {} : { language: found };
}
