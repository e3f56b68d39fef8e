import { useSignal } from '@preact/signals';
import { deleteCase } from '../../api/cases.ts';
import { path } from '../../api/request.ts';
import { Button, TrashIcon } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { go } from '../../state/route.ts';
import { CloseButton } from './Closing.tsx';
import { FormDialog } from './FormDialog.tsx';
import { SaveButton } from './Papers.tsx';
import { forgetTicks } from './ticks.ts';
import type { Work } from './writing.ts';

/** Takes the whole case out, closes it, or deletes it. */
export function Keep({ work }: { work: Work }) {
  const { one } = work;
  const asking = useSignal(false);
  const agreed = useSignal(false);
  const remove = async (version: number): Promise<null> => {
    await deleteCase(one.id, version);
    forgetTicks(one.id);
    go('cases');
    return null;
  };
  return (
    <section class="sheet" aria-labelledby="keep-title">
      <h2 id="keep-title">{t('console.cases.keep')}</h2>
      <p>{t('console.cases.export_hint')}</p>
      <div class="actions">
        <SaveButton address={path`/v1/cases/${one.id}/export`} name={`${one.id}.signetcase`}>
          {t('console.cases.export')}
        </SaveButton>
        {one.state === 'open' && one.offersClose === null ? <CloseButton work={work} /> : null}
        <Button icon={TrashIcon} onClick={() => (asking.value = true)}>
          {t('console.cases.delete')}
        </Button>
      </div>
      {asking.value ? (
        <FormDialog
          work={work}
          tone="danger"
          title={t('console.cases.delete_title', { id: one.id })}
          save={t('console.cases.delete_do')}
          done={t('console.cases.deleted', { id: one.id })}
          ready={agreed.value}
          onSave={remove}
          onClose={() => (asking.value = false)}
        >
          <p>{t('console.cases.delete_detail')}</p>
          <label class="agree">
            <input
              type="checkbox"
              checked={agreed.value}
              onChange={(event) => {
                agreed.value = event.currentTarget.checked;
              }}
            />
            <span>{t('console.cases.delete_agree')}</span>
          </label>
        </FormDialog>
      ) : null}
    </section>
  );
}
