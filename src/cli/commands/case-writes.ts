import { type Command, InvalidArgumentError } from 'commander';
import type { CaseStepRequest, CloseCaseRequest } from '../../client/index.ts';
import { caseLines } from '../case-page.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { onCase } from '../on-case.ts';
import { page, type SharedOptions } from '../shell.ts';

type Outcome = CloseCaseRequest['outcome'];
const OUTCOMES: readonly Outcome[] = ['solved', 'given_up', 'replaced'];

/** What of `signet cases …` writes to a case: each reads it, then writes with the version it saw. */
export function caseWriteCommands(frame: Frame): Command[] {
  return [changeCommand, stepCommand, noteCommand, closeCommand, reopenCommand, deleteCommand].map((make) => make(frame));
}

interface ChangeOptions extends SharedOptions {
  name?: string;
  organisation?: string;
  address?: string[];
  email?: string;
  phone?: string;
  reference?: string[];
  reminderDays?: number;
}

function changeCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'change', [
    'cases change 7KM-4QXB --name "Ana Ruiz" --address "Calle Mayor 1" --address "28922 Alcorcón"',
    'cases change 7KM-4QXB --reminder-days 14',
  ])
    .option('--name <name>', t('cases.option.name'))
    .option('--organisation <name>', t('cases.option.organisation'))
    .option('--address <line>', t('cases.option.address'), gathered)
    .option('--email <address>', t('cases.option.email'))
    .option('--phone <number>', t('cases.option.phone'))
    .option('--reference <number>', t('cases.option.references'), gathered)
    .option('--reminder-days <days>', t('cases.option.reminder_days'), parseDays);
  return frame.shared(command).action((id: string, options: ChangeOptions) =>
    frame.finish(options, async (shell) => {
      const { name, organisation, address, email, phone, reference, reminderDays } = options;
      const named = Object.entries({ name, organisation, address, email, phone }).filter(([, value]) => value !== undefined);
      const change = {
        ...(named.length === 0 ? {} : { holder: Object.fromEntries(named) }),
        ...(reference === undefined ? {} : { references: reference }),
        ...(reminderDays === undefined ? {} : { reminderDays }),
      };
      if (Object.keys(change).length === 0) throw new CliFailure('case_change_options', 2);
      const { version } = await shell.client.cases.get(id);
      const one = await shell.client.cases.change(id, { version, ...change });
      const told = page()
        .verdict('good', t('cases.done.changed', { id: one.id }))
        .blank();
      return { json: one, page: caseLines(told, one, shell) };
    }),
  );
}

interface StepOptions extends SharedOptions {
  done?: true;
  waiting?: true;
  notNeeded?: true;
  undo?: true;
  date?: string;
  note?: string;
  reference?: string;
}

function stepCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'step', [
    'cases step 7KM-4QXB request --waiting --date 2026-01-15',
    'cases step 7KM-4QXB request --done --reference "Ticket 4711"',
    'cases step 7KM-4QXB request --undo',
  ])
    .argument('<step>', t('cases.argument.step'))
    .option('--done', t('cases.option.done'))
    .option('--waiting', t('cases.option.waiting'))
    .option('--not-needed', t('cases.option.not_needed'))
    .option('--undo', t('cases.option.undo'))
    .option('--date <day>', t('cases.option.date'))
    .option('--note <text>', t('cases.option.note'))
    .option('--reference <number>', t('cases.option.reference'));
  return frame.shared(command).action((id: string, step: string, options: StepOptions) =>
    frame.finish(options, async (shell) => {
      const change = changeOf(options);
      const { version } = await shell.client.cases.get(id);
      const one = await shell.client.cases.step(id, step, { version, ...change });
      const told = page().verdict('good', t('cases.done.step')).blank();
      return { json: one, page: caseLines(told, one, shell) };
    }),
  );
}

/** Throws CliFailure `case_step_options` unless there is one thing to record. */
function changeOf(options: StepOptions): Omit<CaseStepRequest, 'version'> {
  const named = [
    ...(options.done === true ? ['done' as const] : []),
    ...(options.waiting === true ? ['waiting' as const] : []),
    ...(options.notNeeded === true ? ['not_needed' as const] : []),
    ...(options.undo === true ? ['open' as const] : []),
  ];
  const [state] = named;
  const { date, note, reference } = options;
  const told = [note, reference].some((text) => text !== undefined);
  if (named.length > 1 || (state === undefined && !told)) throw new CliFailure('case_step_options', 2);
  return {
    ...(state === undefined ? {} : { state }),
    ...(date === undefined ? {} : { date }),
    ...(note === undefined ? {} : { note }),
    ...(reference === undefined ? {} : { reference }),
  };
}

function noteCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'note', ['cases note 7KM-4QXB "They called: the form is missing a date."']).argument(
    '<text>',
    t('cases.argument.text'),
  );
  return frame.shared(command).action((id: string, text: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      const { version } = await client.cases.get(id);
      const one = await client.cases.note(id, { version, text });
      return { json: one, page: page().verdict('good', t('cases.done.note')) };
    }),
  );
}

function closeCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'close', ['cases close 7KM-4QXB', 'cases close 7KM-4QXB --outcome given_up']).option(
    '--outcome <outcome>',
    t('cases.option.outcome'),
    parseOutcome,
    'solved',
  );
  return frame.shared(command).action((id: string, options: SharedOptions & { outcome: Outcome }) =>
    frame.finish(options, async ({ client }) => {
      const { version } = await client.cases.get(id);
      const one = await client.cases.close(id, { version, outcome: options.outcome });
      return { json: one, page: page().verdict('good', t('cases.done.closed', { id: one.id })) };
    }),
  );
}

function reopenCommand(frame: Frame): Command {
  const { t } = frame;
  return frame.shared(onCase(frame, 'reopen', ['cases reopen 7KM-4QXB'])).action((id: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      const { version } = await client.cases.get(id);
      const one = await client.cases.reopen(id, version);
      return { json: one, page: page().verdict('good', t('cases.done.reopened', { id: one.id })) };
    }),
  );
}

function deleteCommand(frame: Frame): Command {
  const { t } = frame;
  const command = onCase(frame, 'delete', ['cases delete 7KM-4QXB --yes']).requiredOption('--yes', t('cases.option.yes'));
  return frame.shared(command).action((id: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      const one = await client.cases.get(id);
      await client.cases.remove(id, one.version);
      return { json: { id: one.id, deleted: true }, page: page().verdict('good', t('cases.done.deleted', { id: one.id })) };
    }),
  );
}

function gathered(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days > 365) throw new InvalidArgumentError('0-365');
  return days;
}

function parseOutcome(text: string): Outcome {
  const found = OUTCOMES.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(OUTCOMES.join(', '));
  return found;
}
