import type { Procedure } from '../../../client/types.ts';
import { Facts } from '../../components/index.ts';
import { t } from '../../state/language.ts';

/** A procedure in short: what happened, the steps, what it costs and how old that is. Its texts come in the page's language. */
export function ProcedureSteps({ procedure }: { procedure: Procedure }) {
  const { title, issuer, programmeText, summary, steps, noSteps, facts, age, verifiedText } = procedure;
  return (
    <section class="procedure">
      <h3>{title}</h3>
      <p class="hint">{[programmeText ?? issuer, verifiedText].join(' · ')}</p>
      {age === null ? null : <p class="step-wait">{age}</p>}
      {summary.length === 0 ? null : <p>{summary.join(' ')}</p>}
      {noSteps === null ? null : <p>{noSteps}</p>}
      <ol class="steps">
        {steps.map(({ id, whoText, channelText, action, onlyIf, waitsFor }) => (
          <li key={id}>
            <p class="hint">{[whoText, channelText].filter((text) => text !== '').join(' · ')}</p>
            <p class="step-action">{action}</p>
            {onlyIf === null ? null : <p>{onlyIf}</p>}
            {waitsFor === null ? null : <p class="step-wait">{waitsFor.sentence}</p>}
          </li>
        ))}
      </ol>
      <h4>{t('console.blocked.facts')}</h4>
      <Facts rows={facts.map(({ label, text }) => [label, text] as const)} />
    </section>
  );
}
