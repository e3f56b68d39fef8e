import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { recordStep } from '../../api/cases.ts';
import { Button, CheckIcon } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Refused } from './Changed.tsx';
import { type Act, type CaseStep, StepForm } from './StepForm.tsx';
import { useWriting, type Work } from './writing.ts';

/** What can be recorded of a step as it stands. Whether its turn has come is the daemon's to say, with its reason. */
export function StepActions({ work, step, main = false }: { work: Work; step: CaseStep; main?: boolean }) {
  const act = useSignal<Act | null>(null);
  const undoing = useWriting(work);
  const since = useRef(work.one.version);
  const { one } = work;
  const { state } = step;
  const over = state === 'done' || state === 'not_needed';
  const next: Act = state === 'waiting' ? 'answer' : step.waitsFor === null ? 'done' : 'waiting';
  const undo = async (): Promise<void> => {
    since.current = one.version;
    const taken = await undoing.run(() => recordStep(one.id, step.id, { version: one.version, state: 'open' }));
    if (taken) announce(t('console.cases.undone'), 'good');
  };
  if (one.state === 'closed') return null;
  return (
    <>
      <Refused work={work} error={undoing.error.value} since={since.current} />
      <div class="actions">
        {over ? null : (
          <Button tone={main ? 'primary' : 'plain'} icon={CheckIcon} onClick={() => (act.value = next)}>
            {t(`console.cases.act_${next}`)}
          </Button>
        )}
        {over || step.onlyIf === null ? null : (
          <Button onClick={() => (act.value = 'not_needed')}>{t('console.cases.act_not_needed')}</Button>
        )}
        {over || state === 'waiting' ? (
          <Button busy={undoing.busy.value} onClick={() => void undo()}>
            {t('console.cases.act_undo')}
          </Button>
        ) : null}
        <Button tone="quiet" onClick={() => (act.value = 'note')}>
          {t('console.cases.act_note')}
        </Button>
      </div>
      {act.value === null ? null : <StepForm work={work} step={step} act={act.value} onClose={() => (act.value = null)} />}
    </>
  );
}
