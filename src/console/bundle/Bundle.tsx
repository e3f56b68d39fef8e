import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { type BundleOutline, bundleAddress, type ShownBundle } from '../api/bundles.ts';
import { fetchFile } from '../api/download.ts';
import { Button, Copy, clockWords, DownloadIcon, ErrorBox, Facts, InfoIcon, Note, WarningIcon } from '../components/index.ts';
import { announce } from '../state/announce.ts';
import { t } from '../state/language.ts';
import './bundle.css';

type Check = NonNullable<BundleOutline['diagnostics']>['checks'][number];

/** The check to begin with, and the others that did not pass. */
export function findings({ diagnostics }: BundleOutline): { cause: Check | null; also: Check[] } {
  const found = (diagnostics?.checks ?? []).filter(({ result }) => result === 'fail' || result === 'warn');
  const cause = found.find(({ id, result }) => id === diagnostics?.summary.startHere && result === 'fail') ?? null;
  return { cause, also: found.filter((check) => check !== cause) };
}

/** A bundle before it is saved: its number, what is wrong, what is in it, and all of it. */
export function Bundle({ bundle, heading }: { bundle: ShownBundle; heading: RefObject<HTMLHeadingElement | null> }) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const { id, preview, expiresAt } = bundle;
  const save = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      await fetchFile(bundleAddress(id), `signet-bundle-${id}.zip`);
      announce(t('console.help.saved'), 'good');
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <section class="sheet" aria-labelledby="bundle-title">
      <h2 id="bundle-title" ref={heading} tabIndex={-1}>
        {t('console.help.bundle_title')}
      </h2>
      <div class="bundle-number">
        <p>{t('console.help.number')}</p>
        <p class="bundle-id">
          <code>{id}</code>
          <Copy text={id} what={id} />
        </p>
      </div>
      <p>{t('console.help.hidden')}</p>
      <Cause preview={preview} />
      <h3>{t('console.help.inside')}</h3>
      <Facts rows={outline(preview)} />
      <details>
        <summary>{t('console.help.whole')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <section class="bundle-json" tabIndex={0} aria-label={t('console.help.whole_label')}>
          <pre>{JSON.stringify(preview, null, 2)}</pre>
        </section>
      </details>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div class="actions">
        <Button icon={DownloadIcon} busy={busy.value} onClick={() => void save()}>
          {t('console.help.zip')}
        </Button>
      </div>
      <p class="hint">{t('console.help.kept', { time: clockWords(expiresAt) })}</p>
    </section>
  );
}

function Cause({ preview }: { preview: BundleOutline }) {
  const { cause, also } = findings(preview);
  return (
    <>
      {cause === null ? (
        <Note icon={InfoIcon}>
          <p>{t(preview.diagnostics === null ? 'console.help.not_checked' : 'console.help.fine')}</p>
        </Note>
      ) : (
        <Note tone="bad" icon={WarningIcon}>
          <p class="box-title">{t('console.help.cause')}</p>
          <Found check={cause} />
        </Note>
      )}
      {also.length === 0 ? null : (
        <Note tone="warn" icon={InfoIcon}>
          <p class="box-title">{t('console.help.also')}</p>
          <ul class="plain-list">
            {also.map((check) => (
              <li key={`${check.id} ${check.found}`}>
                <Found check={check} />
              </li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

function Found({ check: { title, found, fix } }: { check: Check }) {
  return (
    <>
      <p>
        <strong>{found ?? title}</strong>
      </p>
      {fix === null ? null : <p>{fix}</p>}
    </>
  );
}

function outline(preview: BundleOutline): [string, string | null][] {
  const { tokens, drivers, diagnostics, attempts, audit, cases, log } = preview;
  const entries = (count: number): string => t('console.help.entries', { count });
  return [
    [t('console.help.in_system'), systemWords(preview)],
    [
      t('console.help.in_tokens'),
      tokens.map(({ token, model, pin }) => `${model ?? token}: ${stateWords(pin.state)}`).join(', '),
    ],
    [t('console.help.in_drivers'), drivers.map(({ name, id }) => name ?? id ?? '').join(', ')],
    [t('console.help.in_checks'), diagnostics === null ? null : entries(diagnostics.checks.length)],
    [t('console.help.in_attempts'), entries(attempts.length)],
    [t('console.help.in_audit'), entries(audit.newest.length)],
    [t('console.help.in_cases'), entries(cases.reduce((sum, { count }) => sum + count, 0))],
    [t('console.help.in_log'), t('console.help.lines', { count: log.lines.length })],
  ];
}

function stateWords(state: string): string {
  return t(`console.tokens.state_${state}`);
}

/** "Signet 0.1.0 on Linux". */
export function systemWords({ versions: { signet, system } }: BundleOutline): string {
  return t('console.help.in_system_value', { signet: signet ?? '?', system: system ?? '?' });
}
