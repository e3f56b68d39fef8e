import { type Command, InvalidArgumentError } from 'commander';
import type { PairedOrigin, SiteRight } from '../../client/index.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import type { Page } from '../page.ts';
import { page, type SharedOptions } from '../shell.ts';
import { localDay, localTime } from '../time.ts';

const RIGHTS: readonly SiteRight[] = ['certificates', 'authenticate', 'sign'];

/** `signet origins list`, `revoke ORIGIN`, `narrow ORIGIN --rights … --until …` */
export function originsCommand(frame: Frame): Command {
  return frame
    .command('origins', 'origins', ['origins list', 'origins revoke https://sede.example.es'])
    .addCommand(listCommand(frame))
    .addCommand(revokeCommand(frame))
    .addCommand(narrowCommand(frame));
}

function listCommand(frame: Frame): Command {
  return frame.shared(frame.command('list', 'origins_list', ['origins list'])).action((options: SharedOptions) =>
    frame.finish(options, async ({ client, language }) => {
      const origins = await client.origins();
      const told = page();
      if (origins.length === 0) told.text(frame.t('cli.origins.none'));
      for (const [index, origin] of origins.entries()) {
        if (index > 0) told.blank();
        tell(told, origin, frame.t, language);
      }
      return { json: { origins }, page: told };
    }),
  );
}

function revokeCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('revoke', 'origins_revoke', ['origins revoke https://sede.example.es'])
    .argument('<origin>', t('cli.argument.origin'));
  return frame.shared(command).action((origin: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      await client.revokeOrigin(origin);
      return { json: { origin, revoked: true }, page: page().verdict('good', t('cli.origins.revoked', { origin })) };
    }),
  );
}

interface NarrowOptions extends SharedOptions {
  rights?: SiteRight[];
  until?: string;
}

function narrowCommand(frame: Frame): Command {
  const { t } = frame;
  const examples = ['origins narrow https://sede.example.es --rights certificates,authenticate --until 2026-12-31'];
  const command = frame
    .command('narrow', 'origins_narrow', examples)
    .argument('<origin>', t('cli.argument.origin'))
    .option('--rights <rights>', t('cli.option.rights'), parseRights)
    .option('--until <date>', t('cli.option.until'), parseDay);
  return frame.shared(command).action((origin: string, options: NarrowOptions) =>
    frame.finish(options, async ({ client, language }) => {
      const { rights, until } = options;
      if (rights === undefined && until === undefined) throw new CliFailure('origin_narrow_options', 2);
      const change = { ...(rights === undefined ? {} : { rights }), ...(until === undefined ? {} : { expiresAt: until }) };
      const narrowed = await client.narrowOrigin(origin, change);
      const told = page().verdict('good', t('cli.origins.narrowed', { origin: narrowed.origin }));
      return { json: narrowed, page: tell(told.blank(), narrowed, t, language) };
    }),
  );
}

function tell(told: Page, one: PairedOrigin, t: Frame['t'], language: string): Page {
  told
    .title(one.origin)
    .field(t('cli.field.may'), one.rights.map((right) => t(`cli.origins.right_${right}`)).join(', '))
    .field(t('cli.field.until'), localTime(one.expiresAt, language))
    .field(t('cli.field.last_used'), one.lastUsedAt === null ? t('cli.clients.never') : localTime(one.lastUsedAt, language));
  for (const { holder, until } of one.certificates)
    told.field(t('cli.field.knows'), t('cli.origins.certificate', { holder, day: localDay(until, language) }));
  return told;
}

function parseRights(text: string, before: SiteRight[] | undefined): SiteRight[] {
  const named = text.split(/[\s,]+/).filter((word) => word !== '');
  if (named.length === 0 || named.some((word) => !RIGHTS.includes(word as SiteRight)))
    throw new InvalidArgumentError(RIGHTS.join(', '));
  return RIGHTS.filter((right) => named.includes(right) || before?.includes(right) === true);
}

/** The end of a day in the person's own time, or a moment that is given in full. */
function parseDay(text: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = new Date(day ? `${text}T23:59:59.999` : text);
  if (Number.isNaN(moment.getTime()) || !/^\d{4}-\d{2}-\d{2}(?:T.+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text))
    throw new InvalidArgumentError('2026-12-31');
  return moment.toISOString();
}
