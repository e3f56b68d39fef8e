import { useSignal } from '@preact/signals';
import type { Token } from '../../client/types.ts';
import { finalTryConsent } from '../api/calls.ts';
import { Button, Dialog, ErrorBox, nameOf } from '../components/index.ts';
import { t } from '../state/language.ts';

/** Tells what the last try can cost and asks whether to use it; only then is the daemon told so. */
export function FinalTry({
  token,
  kind,
  onConsent,
  onClose,
}: {
  token: Token;
  kind: 'pin' | 'puk';
  onConsent: (consent: string) => void;
  onClose: () => void;
}) {
  const agreed = useSignal(false);
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const go = async (): Promise<void> => {
    busy.value = true;
    try {
      onConsent((await finalTryConsent(token.id, kind)).consent);
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <Dialog title={t('console.final.title')} tone="danger" busy={busy.value} onClose={onClose}>
      <p>{t(`console.final.${kind}`, { label: nameOf(token) })}</p>
      <p>{t('console.final.look_up')}</p>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <label class="agree">
        <input
          type="checkbox"
          checked={agreed.value}
          onChange={(event) => {
            agreed.value = event.currentTarget.checked;
          }}
        />
        <span>{t('console.final.agree')}</span>
      </label>
      <div class="actions">
        <Button onClick={onClose}>{t('console.final.not')}</Button>
        <Button tone="danger" disabled={!agreed.value} busy={busy.value} onClick={() => void go()}>
          {t('console.final.go')}
        </Button>
      </div>
    </Dialog>
  );
}
