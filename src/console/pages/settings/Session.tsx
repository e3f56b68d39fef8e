import { useSignal } from '@preact/signals';
import { signOut } from '../../api/calls.ts';
import { leave, session } from '../../api/session.ts';
import { Button, Facts, timeWords } from '../../components/index.ts';
import { t } from '../../state/language.ts';

/** This tab's session: when it ends, and the way out. */
export function Session() {
  const busy = useSignal(false);
  const open = session.value;
  if (typeof open === 'string') return null;
  const { expiresAt, idleSeconds } = open;
  const out = async (): Promise<void> => {
    busy.value = true;
    // Signed out here all the same when the daemon does not answer: its session ends by itself.
    await signOut().catch(() => undefined);
    leave('out');
  };
  return (
    <section class="sheet" aria-labelledby="session">
      <h2 id="session">{t('console.settings.session')}</h2>
      <p class="hint">{t('console.settings.session_detail')}</p>
      <Facts
        rows={[
          [
            t('console.settings.session_idle'),
            idleSeconds === undefined ? '' : t('console.settings.minutes', { count: Math.round(idleSeconds / 60) }),
          ],
          [
            t('console.settings.session_ends'),
            expiresAt === undefined ? '' : <time dateTime={expiresAt}>{timeWords(expiresAt)}</time>,
          ],
        ]}
      />
      <div class="actions">
        <Button busy={busy.value} onClick={() => void out()}>
          {t('console.settings.sign_out')}
        </Button>
      </div>
    </section>
  );
}
