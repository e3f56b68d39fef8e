import { useSignal } from '@preact/signals';
import type { Case, CaseStepRequest } from '../../../client/types.ts';
import { recordStep } from '../../api/cases.ts';
import { Field } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { dayOf } from './day.ts';
import { FormDialog } from './FormDialog.tsx';
import type { Work } from './writing.ts';

export type CaseStep = Case['walk'][number];

/** What can be recorded of a step in a form; `note` changes only what is written about it. */
export type Act = 'done' | 'waiting' | 'answer' | 'not_needed' | 'note';

/** Records what became of a step: when, under which number, and what is worth keeping. */
export function StepForm({ work, step, act, onClose }: { work: Work; step: CaseStep; act: Act; onClose: () => void }) {
  const date = useSignal(dayOf(new Date()));
  const reference = useSignal(step.reference);
  const note = useSignal(step.note);
  const dated = act !== 'not_needed' && act !== 'note';
  const change = (): Omit<CaseStepRequest, 'version'> => ({
    ...(act === 'note' ? {} : { state: act === 'answer' ? 'done' : act }),
    ...(dated && date.value !== '' ? { date: date.value } : {}),
    ...(note.value === step.note && act !== 'not_needed' ? {} : { note: note.value }),
    ...(reference.value === step.reference ? {} : { reference: reference.value }),
  });
  return (
    <FormDialog
      work={work}
      title={t(`console.cases.${act}_title`, { action: step.action })}
      save={t('console.cases.record')}
      done={t('console.cases.recorded')}
      onSave={(version) => recordStep(work.one.id, step.id, { version, ...change() })}
      {...(act === 'note' ? {} : { after: 'next-title' })}
      onClose={onClose}
    >
      {dated ? (
        <Field label={t(act === 'answer' ? 'console.cases.date_answer' : 'console.cases.date')}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              class="date"
              value={date.value}
              max={dayOf(new Date())}
              min={dayOf(new Date(work.one.opened.at))}
              data-autofocus
              onInput={(event) => {
                date.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
      ) : null}
      {act === 'not_needed' ? null : (
        <Field label={t('console.cases.step_ref')} hint={t('console.cases.step_ref_hint')}>
          {(ids) => (
            <input
              {...ids}
              type="text"
              maxLength={200}
              value={reference.value}
              onInput={(event) => {
                reference.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
      )}
      <Field label={t(act === 'not_needed' ? 'console.cases.step_note_why' : 'console.cases.step_note')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            maxLength={10_000}
            value={note.value}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
    </FormDialog>
  );
}
