import type { Icon } from '../../components/index.ts';
import { Badge, CheckIcon, ClockIcon, CrossIcon, dayWords, LockIcon, type Tone } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { Contact } from './Contact.tsx';
import { Needs } from './Needs.tsx';
import { StepActions } from './StepActions.tsx';
import type { CaseStep } from './StepForm.tsx';
import type { Work } from './writing.ts';

const TONES: Readonly<Record<CaseStep['state'], Tone>> = {
  done: 'good',
  ready: 'info',
  waiting: 'warn',
  todo: 'plain',
  not_needed: 'plain',
};
const MARKS: Readonly<Record<CaseStep['state'], Icon | null>> = {
  done: CheckIcon,
  ready: null,
  waiting: ClockIcon,
  todo: LockIcon,
  not_needed: CrossIcon,
};

/** "since 3 March 2026, 12 days". */
export function sinceWords({ waitingSince, waitingDays }: CaseStep): string {
  if (waitingSince === null) return '';
  const count = waitingDays ?? 0;
  return count === 0
    ? t('console.cases.waiting_days_zero')
    : t('console.cases.waiting_days', { count, date: dayWords(waitingSince) });
}

/** All steps in their order, and where each stands. */
export function Steps({ work }: { work: Work }) {
  const { walk } = work.one;
  if (walk.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="steps-title">
      <h2 id="steps-title">{t('console.cases.steps')}</h2>
      <ol class="walk">
        {walk.map((step) => (
          <StepItem key={step.id} work={work} step={step} />
        ))}
      </ol>
    </section>
  );
}

function StepItem({ work, step }: { work: Work; step: CaseStep }) {
  const closed = work.one.state === 'closed';
  // In a closed case nothing is anybody's turn any more.
  const left = closed && (step.state === 'ready' || step.state === 'todo');
  const Mark = left ? null : MARKS[step.state];
  return (
    <li class={`walk-step ${left ? 'left' : step.state}`}>
      <span class="walk-mark">
        <span class={Mark === null ? '' : 'unseen'}>{step.number}</span>
        {Mark === null ? null : <Mark />}
      </span>
      <div class="walk-body">
        <h3>{step.action}</h3>
        <p class="hint">{[step.whoText, step.channelText].filter((text) => text !== '').join(' · ')}</p>
        <p>
          <Badge tone={left ? 'plain' : TONES[step.state]}>{left ? t('console.cases.step_left') : stateWords(step)}</Badge>
        </p>
        {!left && step.state === 'todo' && step.afterText !== null ? <p class="walk-why">{step.afterText}</p> : null}
        {!left && step.state === 'todo' && step.notBefore !== null ? <p class="walk-why">{step.notBefore}</p> : null}
        {step.reference === '' ? null : <p>{t('console.cases.step_reference', { text: step.reference })}</p>}
        {step.note === '' ? null : <p class="written">{step.note}</p>}
        <details>
          <summary>
            {t('console.cases.step_more')}
            <span class="unseen">: {step.action}</span>
          </summary>
          <div class="walk-more">
            {step.onlyIf === null ? null : <p>{t('console.cases.only_if', { text: step.onlyIf })}</p>}
            {step.details.map((text) => (
              <p key={text}>{text}</p>
            ))}
            {step.contact === null ? null : <Contact contact={step.contact} />}
            {step.waitsFor === null ? null : <p class="step-wait">{step.waitsFor.sentence}</p>}
            <Needs caseId={work.one.id} step={step} />
            <StepActions work={work} step={step} />
          </div>
        </details>
      </div>
    </li>
  );
}

function stateWords(step: CaseStep): string {
  if (step.state === 'done' && step.doneAt !== null) return t('console.cases.step_done', { date: dayWords(step.doneAt) });
  if (step.state === 'waiting') return t('console.cases.step_waiting', { since: sinceWords(step) });
  return t(`console.cases.step_${step.state}`);
}
