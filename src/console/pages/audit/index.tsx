import { useSignal } from '@preact/signals';
import { tokens } from '../../api/calls.ts';
import {
  AuditIcon,
  Button,
  CheckIcon,
  DownloadIcon,
  Empty,
  ErrorBox,
  Field,
  Loading,
  Note,
  nameOf,
  Page,
  SearchIcon,
  Select,
  WarningIcon,
} from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { download } from '../../state/download.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import './audit.css';
import { Entries } from './Entries.tsx';
import { choicesOf, type Wanted, wantedOf } from './filter.ts';
import { type Labels, outcomeWords, sentenceOf } from './sentence.ts';
import { type Trail, useTrail } from './trail.ts';

const ANY: Wanted = { text: '', action: '', outcome: '' };
const NO_LABELS: Labels = new Map();

function Audit() {
  const trail = useTrail();
  const plugged = useLive(tokens, ['token.inserted', 'token.removed']);
  const labels: Labels = new Map(plugged.data.value?.map((token) => [token.id, nameOf(token)]));
  const { entries, error } = trail;
  return (
    <Page title={t('console.audit.title')} lead={t('console.audit.lead')}>
      {entries.value === undefined ? null : <Soundness sound={trail.sound.value} />}
      {error.value === undefined ? null : (
        <ErrorBox
          error={error.value}
          onRetry={() => void (entries.value === undefined ? trail.readOlder() : trail.readNewer())}
        />
      )}
      {entries.value !== undefined ? <Trailed trail={trail} labels={labels} /> : error.value === undefined ? <Loading /> : null}
    </Page>
  );
}

/** Whether the record is whole, and what that means. */
function Soundness({ sound }: { sound: boolean }) {
  return sound ? (
    <Note tone="good" icon={CheckIcon}>
      <p class="box-title">{t('console.audit.sound')}</p>
      <p>{t('console.audit.sound_detail')}</p>
    </Note>
  ) : (
    <Note tone="bad" icon={WarningIcon}>
      <p class="box-title">{t('console.audit.broken')}</p>
      <p>{t('console.audit.broken_detail')}</p>
    </Note>
  );
}

function Trailed({ trail, labels }: { trail: Trail; labels: Labels }) {
  const { entries, fresh, busy } = trail;
  const wanted = useSignal(ANY);
  const all = entries.value ?? [];
  const shown = wantedOf(all, wanted.value, labels);
  const set = (part: Partial<Wanted>): void => {
    wanted.value = { ...wanted.value, ...part };
  };
  const save = (): void => {
    const day = new Date().toISOString().slice(0, 10);
    download(
      `signet-audit-${day}.json`,
      `${JSON.stringify({ entries: all, sound: trail.sound.value }, null, 2)}\n`,
      'application/json',
    );
  };
  if (all.length === 0 && fresh.value === 0) return <Empty icon={AuditIcon} title={t('console.audit.none')} />;
  return (
    <>
      <div class="audit-filter">
        <Field label={t('console.audit.search')}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              value={wanted.value.text}
              onInput={(event) => set({ text: event.currentTarget.value })}
            />
          )}
        </Field>
        <Select
          label={t('console.audit.what')}
          value={wanted.value.action}
          options={[
            ['', t('console.audit.any')],
            ...choicesOf(all, 'action', (action) => sentenceOf({ action, outcome: 'ok', detail: {} }, NO_LABELS)),
          ]}
          onChange={(action) => set({ action })}
        />
        <Select
          label={t('console.audit.how')}
          value={wanted.value.outcome}
          options={[['', t('console.audit.any')], ...choicesOf(all, 'outcome', outcomeWords)]}
          onChange={(outcome) => set({ outcome })}
        />
      </div>
      <div class="audit-bar">
        <p role="status" class="hint">
          {t('console.audit.shown', { shown: shown.length, loaded: all.length })}
        </p>
        <Button icon={DownloadIcon} onClick={save}>
          {t('console.audit.export')}
        </Button>
      </div>
      <div role="status" class="fresh">
        {fresh.value === 0 ? null : (
          <Button tone="primary" busy={busy.value === 'newer'} onClick={() => void trail.readNewer()}>
            {t('console.audit.fresh', { count: fresh.value })}
          </Button>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty icon={SearchIcon} title={t('console.audit.nothing')}>
          <p>{t('console.audit.nothing_detail')}</p>
        </Empty>
      ) : (
        <Entries entries={shown} labels={labels} />
      )}
      {trail.more.value ? (
        <div class="actions">
          <Button busy={busy.value === 'older'} onClick={() => void trail.readOlder()}>
            {t('console.audit.older')}
          </Button>
        </div>
      ) : (
        <p class="hint">{t('console.audit.first')}</p>
      )}
    </>
  );
}

export default { path: 'audit', titleKey: 'console.audit.title', icon: AuditIcon, order: 70, Page: Audit } satisfies PageSpec;
