import { connection } from '../api/connection.ts';
import { retryNow } from '../api/events.ts';
import { Button, WarningIcon } from '../components/index.ts';
import { t } from '../state/language.ts';

/** Says that the daemon does not answer, and that it is being looked for. The region stays, so that its text is read out. */
export function OfflineBanner() {
  const away = connection.value.state === 'offline';
  return (
    <div role="status" class={away ? 'banner' : 'banner none'}>
      {away ? (
        <>
          <WarningIcon />
          <p>
            <strong>{t('console.offline.title')}</strong> {t('console.offline.banner')}
          </p>
          <Button tone="plain" onClick={retryNow}>
            {t('console.offline.now')}
          </Button>
        </>
      ) : null}
    </div>
  );
}
