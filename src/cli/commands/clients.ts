import { type Command, InvalidArgumentError } from 'commander';
import type { AddClientRequest } from '../../client/index.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions } from '../shell.ts';
import { table } from '../table.ts';
import { localTime } from '../time.ts';

type Scope = AddClientRequest['scopes'][number];
const SCOPES: readonly Scope[] = ['status', 'sign', 'pin', 'admin'];

/** `signet clients list`, `add NAME --scope …`, `remove NAME` */
export function clientsCommand(frame: Frame): Command {
  return frame
    .command('clients', 'clients', ['clients list', 'clients add invoices --scope status,sign', 'clients remove invoices'])
    .addCommand(listCommand(frame))
    .addCommand(addCommand(frame))
    .addCommand(removeCommand(frame));
}

function listCommand(frame: Frame): Command {
  const { t } = frame;
  return frame.shared(frame.command('list', 'clients_list', ['clients list'])).action((options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const clients = await shell.client.clients();
      const rows = clients.map(({ name, scopes, createdAt, lastUsedAt }) => [
        name,
        scopes.join(', '),
        localTime(createdAt, shell.language),
        lastUsedAt === null ? t('cli.clients.never') : localTime(lastUsedAt, shell.language),
      ]);
      const head = ['name', 'scopes', 'created', 'last_used'].map((key) => t(`cli.field.${key}`));
      const told = clients.length === 0 ? page().text(t('cli.clients.none')) : await table(page(), head, rows, shell.terminal);
      return { json: { clients }, page: told };
    }),
  );
}

function addCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('add', 'clients_add', ['clients add invoices --scope status,sign'])
    .argument('<name>', t('cli.argument.client'))
    .requiredOption('--scope <scopes>', t('cli.option.scope'), parseScopes);
  return frame.shared(command).action((name: string, options: SharedOptions & { scope: Scope[] }) =>
    frame.finish(options, async ({ client }) => {
      const added = await client.addClient({ name, scopes: options.scope });
      const told = page()
        .verdict('good', t('cli.clients.added', { name }))
        .field(t('cli.field.scopes'), added.client.scopes.join(', '))
        .blank()
        .text(t('cli.clients.token_once'))
        .command(added.token);
      return { json: added, page: told };
    }),
  );
}

function removeCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('remove', 'clients_remove', ['clients remove invoices'])
    .argument('<name>', t('cli.argument.client'));
  return frame.shared(command).action((name: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      await client.removeClient(name);
      return { json: { name, removed: true }, page: page().verdict('good', t('cli.clients.removed', { name })) };
    }),
  );
}

function parseScopes(text: string, before: Scope[] | undefined): Scope[] {
  const named = text.split(/[\s,]+/).filter((word) => word !== '');
  const known = SCOPES.filter((scope) => named.includes(scope));
  if (known.length === 0 || named.some((word) => !SCOPES.includes(word as Scope)))
    throw new InvalidArgumentError(SCOPES.join(', '));
  return SCOPES.filter((scope) => known.includes(scope) || before?.includes(scope) === true);
}
