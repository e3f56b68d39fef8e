import { useSignal } from '@preact/signals';
import { revokeOrigin } from '../../api/origins.ts';
import { Button, Dialog, ErrorBox } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';

/** Takes everything back from a site. */
export function Revoke({ origin, onClose, onDone }: { origin: string; onClose: () => void; onDone: () => void }) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const revoke = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      await revokeOrigin(origin);
      announce(t('console.sites.revoked', { origin }), 'good');
      onDone();
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <Dialog title={t('console.sites.revoke_title')} tone="danger" busy={busy.value} onClose={onClose}>
      <p class="site-origin">{origin}</p>
      <p>{t('console.sites.revoke_detail')}</p>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div class="actions">
        <Button onClick={onClose} disabled={busy.value}>
          {t('console.action.cancel')}
        </Button>
        <Button tone="danger" busy={busy.value} onClick={() => void revoke()}>
          {t('console.sites.revoke_do')}
        </Button>
      </div>
    </Dialog>
  );
}
