import { type Command, InvalidArgumentError } from 'commander';
import { caseLines, caseRow } from '../case-page.ts';
import { chooseToken } from '../choose-token.ts';
import type { Frame } from '../frame.ts';
import { onCase } from '../on-case.ts';
import { page, type SharedOptions } from '../shell.ts';
import { table } from '../table.ts';
import { caseFileCommands } from './case-files.ts';
import { caseWriteCommands } from './case-writes.ts';

/** `signet cases …` */
export function casesCommand(frame: Frame): Command {
  const command = frame
    .command('cases', 'cases', [
      'cases',
      'cases proposals',
      'cases open certigna.unblock --token "Ana Ruiz"',
      'cases show 7KM-4QXB',
    ])
    .addCommand(listCommand(frame), { isDefault: true })
    .addCommand(showCommand(frame))
    .addCommand(proposalsCommand(frame))
    .addCommand(openCommand(frame));
  for (const below of [...caseWriteCommands(frame), ...caseFileCommands(frame)]) command.addCommand(below);
  return command;
}

function listCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('list', 'cases_list', ['cases list', 'cases list --state open'])
    .option('--state <state>', t('cases.option.state'), parseState);
  return frame.shared(command).action((options: SharedOptions & { state?: 'open' | 'closed' }) =>
    frame.finish(options, async (shell) => {
      const cases = await shell.client.cases.list(options.state === undefined ? {} : { state: options.state });
      const head = ['id', 'state', 'about', 'steps', 'next'].map((key) => t(`cases.field.${key}`));
      const rows = cases.map((one) => caseRow(one, t));
      const told = rows.length === 0 ? page().text(t('cases.none')) : await table(page(), head, rows, shell.terminal);
      return { json: { cases }, page: told };
    }),
  );
}

function showCommand(frame: Frame): Command {
  const command = onCase(frame, 'show', ['cases show 7KM-4QXB', 'cases show 7KM-4QXB --json']);
  return frame.shared(command).action((id: string, options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const one = await shell.client.cases.get(id);
      return { json: one, page: caseLines(page(), one, shell) };
    }),
  );
}

function proposalsCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('proposals', 'cases_proposals', ['cases proposals', 'cases proposals --dismiss 4f0c9d2a7b1e8835'])
    .option('--dismiss <proposal>', t('cases.option.dismiss'));
  return frame.shared(command).action((options: SharedOptions & { dismiss?: string }) =>
    frame.finish(options, async (shell) => {
      if (options.dismiss !== undefined) {
        await shell.client.cases.dismiss(options.dismiss);
        return { json: { id: options.dismiss, dismissed: true }, page: page().verdict('good', t('cases.done.dismissed')) };
      }
      const proposals = await shell.client.cases.proposals();
      const told = page();
      if (proposals.length === 0) told.text(t('cases.none_proposed'));
      for (const { id, text, title, procedureId } of proposals) {
        told
          .verdict('unsure', text)
          .field(t('cases.field.proposal'), id)
          .field(t('cases.field.procedure'), `${title} (${procedureId})`)
          .blank();
      }
      if (proposals.length > 0) told.text(t('cases.open_proposal'));
      return { json: { proposals }, page: told };
    }),
  );
}

interface OpenOptions extends SharedOptions {
  token?: string;
  proposal?: string;
  lost?: true;
}

function openCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('open', 'cases_open', [
      'cases open certigna.unblock --token "Ana Ruiz"',
      'cases open --proposal 4f0c9d2a7b1e8835',
      'cases open --lost',
    ])
    .argument('[procedure]', t('cases.argument.procedure'))
    .option('--token <token>', t('cases.option.token'))
    .option('--proposal <proposal>', t('cases.option.proposal'))
    .option('--lost', t('cases.option.lost'));
  return frame.shared(command).action((procedure: string | undefined, options: OpenOptions) =>
    frame.finish(options, async (shell) => {
      const { client } = shell;
      const token = options.token === undefined ? undefined : await chooseToken(shell, options.token);
      const one = await client.cases.open({
        ...(procedure === undefined ? {} : { procedureId: procedure }),
        ...(options.proposal === undefined ? {} : { proposalId: options.proposal }),
        ...(options.lost === true ? { reason: 'lost' as const } : {}),
        ...(token === undefined ? {} : { tokenId: token.id }),
      });
      const told = page()
        .verdict('good', t('cases.done.opened', { id: one.id }))
        .blank();
      return {
        json: one,
        page: caseLines(told, one, shell),
      };
    }),
  );
}

function parseState(text: string): 'open' | 'closed' {
  if (text === 'open' || text === 'closed') return text;
  throw new InvalidArgumentError('open, closed');
}
