import { useSignal } from '@preact/signals';
import { importCase } from '../../api/cases.ts';
import { ErrorBox, FileDrop, Note, Spinner, WarningIcon } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { go } from '../../state/route.ts';

/** Takes in a case from a file that Signet made. */
export function Import() {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const unread = useSignal<string | null>(null);
  const take = async (file: File): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    error.value = undefined;
    unread.value = null;
    try {
      const { case: one, known } = await importCase(file);
      announce(t(known ? 'console.cases.import_known' : 'console.cases.imported', { id: one.id }), known ? 'plain' : 'good');
      go('cases', one.id);
    } catch (thrown) {
      if (thrown instanceof DOMException) unread.value = file.name;
      else error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <details class="import">
      <summary>{t('console.cases.import_title')}</summary>
      <FileDrop
        label={t('console.cases.import_file')}
        hint={t('console.cases.import_hint')}
        file={null}
        onFile={(file) => void take(file)}
      />
      <div role="status">
        {busy.value ? (
          <p class="working">
            <Spinner /> {t('console.cases.import_busy')}
          </p>
        ) : null}
      </div>
      {unread.value === null ? null : (
        <div role="alert">
          <Note tone="bad" icon={WarningIcon}>
            <p>{t('console.cases.unreadable', { name: unread.value })}</p>
          </Note>
        </div>
      )}
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
    </details>
  );
}
