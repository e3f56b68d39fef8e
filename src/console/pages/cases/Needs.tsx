import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '../../state/language.ts';
import type { CaseStep } from './StepForm.tsx';
import { tick, ticksOf } from './ticks.ts';

/** What to have at hand for a step, to be ticked off. */
export function Needs({ caseId, step }: { caseId: string; step: CaseStep }) {
  const ticked = useSignal(ticksOf(caseId));
  const id = useId();
  if (step.needs.length === 0) return null;
  return (
    <fieldset class="needs" aria-describedby={id}>
      <legend>{t('console.cases.needs')}</legend>
      <ul class="plain-list">
        {step.needs.map((need) => {
          const name = `${step.id}/${need.id}`;
          return (
            <li key={need.id}>
              <label class="tick">
                <input
                  type="checkbox"
                  checked={ticked.value.has(name)}
                  onChange={(event) => {
                    tick(caseId, name, event.currentTarget.checked);
                    ticked.value = ticksOf(caseId);
                  }}
                />
                <span>{need.text}</span>
              </label>
            </li>
          );
        })}
      </ul>
      <p class="hint" id={id}>
        {t('console.cases.needs_hint')}
      </p>
    </fieldset>
  );
}
