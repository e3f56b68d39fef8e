import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CloseCaseRequest } from '../../../client/types.ts';
import { closeCase, reopenCase } from '../../api/cases.ts';
import { Button, CheckIcon, InfoIcon, Note } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { Refused } from './Changed.tsx';
import { FormDialog } from './FormDialog.tsx';
import { useWriting, type Work } from './writing.ts';

const OUTCOMES: readonly CloseCaseRequest['outcome'][] = ['solved', 'given_up', 'replaced'];

/** Says that the case may be over, or that it is, and what can be done then. */
export function Closing({ work }: { work: Work }) {
  const { one } = work;
  const writing = useWriting(work);
  const since = useRef(0);
  if (one.state === 'closed') {
    return (
      <>
        <Refused work={work} error={writing.error.value} since={since.current} />
        <Note icon={InfoIcon}>
          <p class="box-title">
            {t('console.cases.closed_as', { outcome: t(`console.cases.outcome_${one.outcome ?? 'solved'}`).toLowerCase() })}
          </p>
          <p>
            <Button
              busy={writing.busy.value}
              onClick={() => {
                since.current = one.version;
                void writing.run(() => reopenCase(one.id, one.version));
              }}
            >
              {t('console.cases.reopen')}
            </Button>
          </p>
        </Note>
      </>
    );
  }
  if (one.offersClose === null) return null;
  return (
    <div role="status">
      <Note tone="good" icon={CheckIcon}>
        <p class="box-title">{one.offersClose.text}</p>
        <div>
          <CloseButton work={work} main />
        </div>
      </Note>
    </div>
  );
}

/** Closes the case, after asking how it ended. */
export function CloseButton({ work, main = false }: { work: Work; main?: boolean }) {
  const { one } = work;
  const asking = useSignal(false);
  const outcome = useSignal<CloseCaseRequest['outcome']>('solved');
  return (
    <>
      <Button tone={main ? 'primary' : 'plain'} onClick={() => (asking.value = true)}>
        {t('console.cases.close')}
      </Button>
      {asking.value ? (
        <FormDialog
          work={work}
          title={t('console.cases.close')}
          save={t('console.cases.close')}
          done={t('console.cases.closed_as', { outcome: t(`console.cases.outcome_${outcome.value}`).toLowerCase() })}
          after="page-title"
          onSave={(version) => closeCase(one.id, { version, outcome: outcome.value })}
          onClose={() => (asking.value = false)}
        >
          <p>{t('console.cases.close_lead')}</p>
          <fieldset class="needs">
            <legend>{t('console.cases.outcome')}</legend>
            <ul class="plain-list">
              {OUTCOMES.map((each) => (
                <li key={each}>
                  <label class="tick">
                    <input
                      type="radio"
                      name="outcome"
                      checked={outcome.value === each}
                      onChange={() => {
                        outcome.value = each;
                      }}
                    />
                    <span>{t(`console.cases.outcome_${each}`)}</span>
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
        </FormDialog>
      ) : null}
    </>
  );
}
