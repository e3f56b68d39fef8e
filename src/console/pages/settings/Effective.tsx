import type { Settings } from '../../../client/types.ts';
import { Badge, Copy, Facts, InfoIcon, Note } from '../../components/index.ts';
import { hasText, t } from '../../state/language.ts';

type Setting = Settings['settings'][number];

/** The daemon's settings with where each is from, and how one is changed. */
export function Effective({ settings: { settings, file, drivers } }: { settings: Settings }) {
  return (
    <section class="sheet effective" aria-labelledby="effective">
      <h2 id="effective">{t('console.settings.effective')}</h2>
      <p class="hint">{t('console.settings.effective_detail')}</p>
      <Note icon={InfoIcon}>
        <p>{t(file.exists ? 'console.settings.file_there' : 'console.settings.file_absent')}</p>
        {file.path === '' ? null : (
          <p class="copyable">
            <code>{file.path}</code>
            <Copy text={file.path} what={file.path} />
          </p>
        )}
      </Note>
      <ul class="rows">
        {settings.map((setting) => (
          <Row key={setting.key} setting={setting} />
        ))}
      </ul>
      {drivers.length === 0 ? null : (
        <details>
          <summary>{t('console.settings.named_drivers')}</summary>
          {drivers.map(({ path, tryLimit, environment }) => (
            <Facts
              key={path}
              rows={[
                [t('console.settings.driver_library'), <code key="path">{path}</code>],
                [t('console.settings.driver_limit'), tryLimit],
                [t('console.settings.driver_variables'), environment.length === 0 ? '' : <code>{environment.join(' ')}</code>],
              ]}
            />
          ))}
        </details>
      )}
    </section>
  );
}

function Row({ setting: { key, value, source, flag, variable } }: { setting: Setting }) {
  const meaning = `console.settings.means_${key.replaceAll('.', '_')}`;
  return (
    <li class="setting">
      <div class="setting-words">
        <h3>
          <code>{key}</code>
        </h3>
        {hasText(meaning) ? <p>{t(meaning)}</p> : null}
        <p class="hint">
          {[flag, variable].map((way) =>
            way === null ? null : (
              <code key={way} class="way">
                {way}
              </code>
            ),
          )}
        </p>
      </div>
      <p class="setting-value">
        <Value value={value} />
      </p>
      <Badge tone={source === 'default' ? 'plain' : 'info'}>{t(`console.settings.source_${source}`)}</Badge>
    </li>
  );
}

function Value({ value }: { value: Setting['value'] }) {
  if (value === null) return <>{t('console.settings.value_system')}</>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <>{t('console.settings.value_none')}</>;
    return (
      <span class="values">
        {value.map((each) => (
          <code key={each}>{each}</code>
        ))}
      </span>
    );
  }
  if (typeof value === 'boolean') return <>{t(value ? 'console.settings.value_yes' : 'console.settings.value_no')}</>;
  return <code>{String(value)}</code>;
}
