import type { SupportBundle } from '../client/index.ts';
import { pinState, type Translate, triesLeft } from '../messages/index.ts';
import type { Page } from './page.ts';
import { page } from './shell.ts';

type Document = SupportBundle['preview'];

/** What a support bundle would hold, before it is written: what is wrong, the PINs, and how much there is of what. */
export function describeBundle({ id, preview, sizes }: Omit<SupportBundle, 'expiresAt'>, t: Translate): Page {
  const told = page().title(t('bundle.cli.shown', { id }));
  const { signet, system } = preview.versions;
  told.text(t('bundle.cli.versions', { signet: signet ?? '', system: system ?? '' })).blank();
  cause(told, preview, t);
  for (const { token, model, pin } of preview.tokens) {
    told.field(
      `${token}`,
      [model, pinState(pin, t), triesLeft(pin, t)].filter((text) => text !== null && text !== '').join(', '),
    );
  }
  for (const { id: driver, state, lastError } of preview.drivers) {
    const word = state === null ? '' : t(`bundle.state.${state}`);
    told.field(driver ?? '', [word, lastError ?? ''].filter((text) => text !== '').join(', '));
  }
  told.blank().title(t('bundle.cli.inside'));
  inside(told, preview, t);
  return told
    .field('zip', `${Math.ceil(sizes.zip / 1024)} KiB`)
    .blank()
    .text(t('bundle.cli.hidden'))
    .text(t('bundle.cli.show_all'))
    .blank();
}

function cause(told: Page, { diagnostics }: Document, t: Translate): void {
  if (diagnostics === null) {
    told.verdict('unsure', t('bundle.page.no_diagnostics')).blank();
    return;
  }
  const { startHere } = diagnostics.summary;
  const first = diagnostics.checks.find(({ id, result }) => id === startHere && (result === 'fail' || result === 'warn'));
  if (first === undefined) told.verdict('good', t('bundle.cli.fine'));
  else {
    told.title(t('bundle.cli.cause'));
    told.verdict(first.result === 'fail' ? 'bad' : 'unsure', first.found ?? first.title ?? '');
    if (first.fix !== null) told.text(first.fix);
  }
  told.blank();
}

function inside(told: Page, document: Document, t: Translate): void {
  const { versions, settings, drivers, tokens, diagnostics, attempts, audit, cases, log } = document;
  const counts = [
    ['in_versions', Object.keys(versions.runtime).length + Object.keys(versions.packages).length + 1],
    ['in_settings', Object.keys(settings).length],
    ['in_drivers', drivers.length],
    ['in_tokens', tokens.length],
    ['in_checks', diagnostics?.checks.length ?? 0],
    ['in_attempts', attempts.reduce((sum, { count }) => sum + (count ?? 0), 0)],
  ] as const;
  for (const [name, count] of counts) told.field(t(`bundle.cli.${name}`), String(count));
  told
    .field(
      t('bundle.cli.in_audit'),
      audit.newest.length === 0 ? '0' : t('bundle.cli.audit_counted', { count: audit.newest.length }),
    )
    .field(t('bundle.cli.in_cases'), t('bundle.cli.cases_counted', { count: cases.reduce((sum, { count }) => sum + count, 0) }))
    .field(t('bundle.cli.in_log'), t('bundle.cli.lines', { count: log.lines.length }));
}
