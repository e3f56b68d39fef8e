import { type Command, InvalidArgumentError } from 'commander';
import type { Procedure, ProceduresQuery } from '../../client/index.ts';
import { contactText } from '../contact.ts';
import type { Frame } from '../frame.ts';
import type { Page } from '../page.ts';
import { page, type SharedOptions, type Shell } from '../shell.ts';
import { table } from '../table.ts';

type Purpose = Procedure['purpose'];
const PURPOSES: readonly Purpose[] = ['unblock', 'obtain', 'renew', 'revoke'];

interface ListOptions extends SharedOptions {
  purpose?: Purpose;
  issuer?: string;
}

/** `signet procedures list`, `show ID`, `check FILE…`; without a word of its own it lists. */
export function proceduresCommand(frame: Frame): Command {
  return frame
    .command('procedures', 'procedures', ['procedures', 'procedures show certigna.unblock', 'procedures check acme.unblock.json'])
    .addCommand(listCommand(frame), { isDefault: true })
    .addCommand(showCommand(frame))
    .addCommand(checkCommand(frame));
}

function listCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('list', 'procedures_list', ['procedures list', 'procedures list --purpose unblock --issuer certigna'])
    .option('--purpose <purpose>', t('cli.option.purpose'), parsePurpose)
    .option('--issuer <name>', t('cli.option.issuer'));
  return frame.shared(command).action(({ purpose, issuer, ...options }: ListOptions) =>
    frame.finish(options, async (shell) => {
      const query: ProceduresQuery = {
        ...(purpose === undefined ? {} : { purpose }),
        ...(issuer === undefined ? {} : { issuer }),
      };
      const answer = await shell.client.procedures(query);
      const rows = answer.procedures.map((each) => [
        each.id,
        each.programme === null ? each.issuer : `${each.issuer} (${each.programme})`,
        each.purposeText,
        each.tries === null ? '?' : String(each.tries),
        [t(`procedures.way.${each.pathway}`), each.origin === 'shipped' ? '' : t('cli.procedures.own')].join(' ').trim(),
      ]);
      const head = ['id', 'issuer', 'purpose', 'tries', 'way'].map((key) => t(`cli.field.${key}`));
      const told =
        rows.length === 0 ? page().text(t('cli.procedures.none')) : await table(page(), head, rows, shell.terminal, [1]);
      if (answer.refusals.length > 0) told.blank();
      for (const { file, line, reason } of answer.refusals) refused(told, shell, file, line, reason);
      return { json: answer, page: told };
    }),
  );
}

function showCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('show', 'procedures_show', ['procedures show certigna.unblock', 'procedures show generic.unblock --language fr'])
    .argument('<id>', t('cli.argument.procedure'));
  return frame.shared(command).action((id: string, options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const procedure = await shell.client.procedure(id);
      return { json: procedure, page: shown(procedure, shell) };
    }),
  );
}

function checkCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('check', 'procedures_check', ['procedures check acme.unblock.json', 'procedures check *.json'])
    .argument('<files...>', t('cli.argument.procedure_files'));
  return frame.shared(command).action((files: string[], options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const { readProcedure, reasonOf } = await import('../../procedures/index.ts');
      const checked = files.map((file) => {
        const read = readProcedure(file);
        const refusals = 'refusals' in read ? read.refusals : [];
        const told = refusals.map((each) => ({
          line: each.line,
          code: each.code,
          reason: reasonOf(each, frame.settings.language),
        }));
        return { file, usable: refusals.length === 0, refusals: told };
      });
      const told = page();
      for (const { file, usable, refusals } of checked) {
        if (usable) told.verdict('good', t('cli.procedures.usable', { file }));
        for (const { line, reason } of refusals) refused(told, shell, file, line, reason);
      }
      return { json: { files: checked }, page: told, exit: checked.every(({ usable }) => usable) ? 0 : 1 };
    }),
  );
}

function refused(told: Page, { t }: Shell, file: string, line: number | null, reason: string): void {
  const key = line === null ? 'cli.procedures.refused' : 'cli.procedures.refused_line';
  told.verdict('bad', t(key, { file, line: line ?? 0, reason }));
}

function shown(procedure: Procedure, { t }: Shell): Page {
  const told = page().title(procedure.title);
  const field = (key: string, text: string | null | undefined): Page => told.field(t(`cli.field.${key}`), text);
  field('issuer', [procedure.issuer, procedure.programme, procedure.country].filter((part) => part !== null).join(' · '));
  field('way', procedure.pathwayText);
  for (const fact of procedure.facts) told.field(fact.label, fact.text);
  if (procedure.programmeText !== null) told.blank().verdict('unsure', procedure.programmeText);
  if (procedure.age !== null) told.blank().verdict('unsure', procedure.age);
  told.blank();
  for (const text of procedure.summary) told.text(text);
  for (const step of procedure.steps) {
    told.blank().title(`${step.number}. ${step.action}`);
    field('who', step.who === 'holder' ? null : step.whoText);
    field('only_if', step.onlyIf);
    field('after', step.afterText);
    field('not_before', step.notBefore);
    field('how', step.channel === 'none' ? null : step.channelText);
    if (step.contact !== null) field('goes_to', contactText(step.contact));
    for (const need of step.needs) field('needs', need.text);
    for (const detail of step.details) field('note', detail);
    field('then_wait', step.waitsFor?.text);
  }
  if (procedure.noSteps !== null) told.blank().verdict('unsure', procedure.noSteps);
  if (procedure.risks.length + procedure.cautions.length > 0) told.blank();
  for (const risk of procedure.risks) told.verdict('bad', risk);
  for (const caution of procedure.cautions) told.verdict('unsure', caution);
  told.blank();
  for (const contact of procedure.contacts) field('contact', contactText(contact));
  for (const { title, dates, url, note } of procedure.sources)
    field('source', [title, dates, url, note].filter((part) => part !== null).join(' · '));
  return told.text(procedure.confidenceText).text(procedure.verifiedText);
}

function parsePurpose(text: string): Purpose {
  const purpose = PURPOSES.find((each) => each === text);
  if (purpose === undefined) throw new InvalidArgumentError(PURPOSES.join(', '));
  return purpose;
}
