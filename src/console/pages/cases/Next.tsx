import { ArrowIcon, ClockIcon, Facts, InfoIcon, Note } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { Contact } from './Contact.tsx';
import { Needs } from './Needs.tsx';
import { DossierButton, EmailButton } from './Papers.tsx';
import { StepActions } from './StepActions.tsx';
import type { CaseStep } from './StepForm.tsx';
import { sinceWords } from './Steps.tsx';
import type { Work } from './writing.ts';

/** The step that is shown large: the first that can be done, else the first that waits. */
export function nextStep({ one }: Work): CaseStep | undefined {
  return one.walk.find(({ state }) => state === 'ready') ?? one.walk.find(({ state }) => state === 'waiting');
}

/** What to do now: what, with what, to whom. */
export function Next({ work }: { work: Work }) {
  const { one } = work;
  const step = nextStep(work);
  if (one.state === 'closed') return null;
  if (step === undefined) {
    return (
      <section class="sheet next-step" aria-labelledby="next-title">
        <h2 id="next-title" tabIndex={-1}>
          {one.noSteps === null ? t('console.cases.now_over') : t('console.cases.now')}
        </h2>
        {one.noSteps === null ? null : <p class="next-lead">{one.noSteps}</p>}
        {one.noSteps === null ? null : one.contacts.map((contact) => <Contact key={contact.id} contact={contact} />)}
      </section>
    );
  }
  const waits = step.state === 'waiting';
  const reminder = one.reminders.find(({ stepId }) => stepId === step.id);
  return (
    <section class={`sheet next-step ${waits ? 'waits' : ''}`} aria-labelledby="next-title">
      <header>
        {waits ? <ClockIcon class="large" /> : <ArrowIcon class="large" />}
        <div>
          <p class="next-eyebrow">
            {t(waits ? 'console.cases.now_waiting' : 'console.cases.now')} ·{' '}
            {t('console.cases.step_of', { number: step.number, total: one.walk.length })}
          </p>
          <h2 id="next-title" tabIndex={-1}>
            {waits ? (step.waitsFor?.text ?? step.action) : step.action}
          </h2>
          {waits ? <p class="next-since">{t('console.cases.step_waiting', { since: sinceWords(step) })}</p> : null}
        </div>
      </header>
      {reminder === undefined ? null : (
        <Note tone="warn" icon={ClockIcon}>
          <p class="box-title">{reminder.text}</p>
          {reminder.contact === null ? null : <Contact contact={reminder.contact} />}
        </Note>
      )}
      {waits ? null : <Doing work={work} step={step} />}
      <StepActions work={work} step={step} main />
      {waits || step.waitsFor === null ? null : (
        <p class="next-then">
          <ClockIcon />
          <span>{step.waitsFor.sentence}</span>
        </p>
      )}
    </section>
  );
}

function Doing({ work, step }: { work: Work; step: CaseStep }) {
  const { one } = work;
  return (
    <>
      {step.onlyIf === null ? null : (
        <Note icon={InfoIcon}>
          <p>{t('console.cases.only_if', { text: step.onlyIf })}</p>
        </Note>
      )}
      {step.details.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <Facts
        rows={[
          [t('console.cases.who'), step.whoText],
          [t('console.cases.how'), step.channelText],
          [t('console.cases.to_whom'), step.contact === null ? null : <Contact contact={step.contact} />],
        ]}
      />
      <Needs caseId={one.id} step={step} />
      {step.channel === 'email' || step.channel === 'post' ? (
        <div class="actions">
          {step.channel === 'email' && step.contact?.email != null ? (
            <EmailButton one={one} step={step} language={one.language} />
          ) : null}
          <DossierButton one={one} language={one.language} />
        </div>
      ) : null}
    </>
  );
}
