import { useSignal } from '@preact/signals';
import type { PairedOrigin } from '../../../client/types.ts';
import { forgetCertificate } from '../../api/origins.ts';
import { agoWords, Badge, Button, dateWords, ErrorBox, Facts, TrashIcon, timeWords } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { now } from '../../state/live.ts';

/** One paired site: what it may do, until when, and which certificates it sees without asking again. */
export function Site({
  site,
  onNarrow,
  onRevoke,
  onForgotten,
}: {
  site: PairedOrigin;
  onNarrow: () => void;
  onRevoke: () => void;
  onForgotten: () => void;
}) {
  const { origin, rights, pairedAt, expiresAt, lastUsedAt, certificates } = site;
  const used = lastUsedAt === null ? t('console.sites.unused') : agoWords(lastUsedAt, now.value);
  return (
    <section class="sheet site" aria-label={origin}>
      <div class="row-head">
        <h2 class="site-origin">{origin}</h2>
        <p class="badges">
          {rights.map((right) => (
            <Badge key={right} tone="info">
              {t(`console.sites.right_${right}`)}
            </Badge>
          ))}
        </p>
      </div>
      <Facts
        rows={[
          [t('console.sites.until'), <span title={expiresAt}>{timeWords(expiresAt)}</span>],
          [t('console.sites.since'), <span title={pairedAt}>{timeWords(pairedAt)}</span>],
          [t('console.sites.used'), <span title={lastUsedAt ?? ''}>{used}</span>],
        ]}
      />
      {certificates.length === 0 ? null : (
        <div class="site-certificates">
          <h3>{t('console.sites.certificates')}</h3>
          <p class="hint">{t('console.sites.certificates_detail')}</p>
          <ul class="rows">
            {certificates.map((certificate) => (
              <Remembered key={certificate.sha256} origin={origin} certificate={certificate} onForgotten={onForgotten} />
            ))}
          </ul>
        </div>
      )}
      <div class="actions">
        <Button onClick={onNarrow} aria-label={t('console.sites.narrow_name', { origin })}>
          {t('console.sites.narrow')}
        </Button>
        <Button icon={TrashIcon} onClick={onRevoke} aria-label={t('console.sites.revoke_name', { origin })}>
          {t('console.sites.revoke')}
        </Button>
      </div>
    </section>
  );
}

function Remembered({
  origin,
  certificate: { sha256, holder, until },
  onForgotten,
}: {
  origin: string;
  certificate: PairedOrigin['certificates'][number];
  onForgotten: () => void;
}) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const forget = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      await forgetCertificate(origin, sha256);
      announce(t('console.sites.forgotten', { holder }), 'good');
      document.getElementById('page-title')?.focus({ preventScroll: true });
      onForgotten();
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <li>
      <div>
        <p title={sha256}>{holder}</p>
        <p class="hint">{t('console.sites.certificate_until', { day: dateWords(until) })}</p>
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
      </div>
      <Button busy={busy.value} onClick={() => void forget()} aria-label={t('console.sites.forget_name', { holder })}>
        {t('console.sites.forget')}
      </Button>
    </li>
  );
}
