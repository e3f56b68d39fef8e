import { type Command, InvalidArgumentError } from 'commander';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions } from '../shell.ts';
import { table } from '../table.ts';
import { localTime } from '../time.ts';

interface Options extends SharedOptions {
  limit: number;
  before?: number;
}

/** Columns that go below their row where the terminal is narrow, in this order: the detail, who it was, the outcome. */
const GIVE_WAY = [5, 2, 4];

/** `signet audit` */
export function auditCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('audit', 'audit', ['audit', 'audit --limit 500 --json', 'audit --before 1200'])
    .option('--limit <number>', t('cli.option.limit'), parseCount(1000), 100)
    .option('--before <number>', t('cli.option.before'), parseCount(Number.MAX_SAFE_INTEGER));
  return frame.shared(command).action((options: Options) =>
    frame.finish(options, async (shell) => {
      const { limit, before } = options;
      const answer = await shell.client.audit({ limit, ...(before === undefined ? {} : { before }) });
      const rows = answer.entries.map(({ seq, at, caller, action, outcome, detail }) => [
        String(seq),
        // A date in four lines would not be read as one.
        localTime(at, shell.language).replaceAll(' ', '\u00a0'),
        caller,
        action,
        outcome,
        Object.entries(detail)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
      ]);
      const head = ['number', 'time', 'caller', 'action', 'outcome', 'detail'].map((key) => t(`cli.field.${key}`));
      const told =
        rows.length === 0 ? page().text(t('cli.audit.none')) : await table(page(), head, rows, shell.terminal, GIVE_WAY);
      told.blank().verdict(answer.sound ? 'good' : 'bad', t(answer.sound ? 'cli.audit.sound' : 'cli.audit.broken'));
      return { json: answer, page: told, exit: answer.sound ? 0 : 1 };
    }),
  );
}

function parseCount(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > most) throw new InvalidArgumentError(`1-${most}`);
    return count;
  };
}
