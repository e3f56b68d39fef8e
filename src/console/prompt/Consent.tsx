import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button } from '../components/index.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { Words } from './Words.tsx';

/** A yes to one thing: a certificate that is shown, a signature for which the PIN was entered before. */
export function Consent({
  prompt,
  question,
  held,
  busy,
  answer,
  refuse,
}: Asking & { question: QuestionOf<'certificate'> | QuestionOf<'confirm'> }) {
  const group = useId();
  const candidates = question.kind === 'certificate' ? question.candidates : [];
  const [only, another] = candidates;
  // Of several none is chosen beforehand: each may carry another name.
  const chosen = useSignal(another === undefined ? only?.credentialId : undefined);
  const remember = useSignal(false);
  const days = question.kind === 'certificate' ? question.rememberDays : null;
  const allow = (): void => {
    if (question.kind === 'confirm') void answer({ kind: 'confirm' });
    else if (chosen.value !== undefined)
      void answer({ kind: 'certificate', credentialId: chosen.value, remember: remember.value });
  };
  return (
    <>
      <Words prompt={prompt} />
      {another === undefined ? null : (
        <fieldset class="prompt-choice cards">
          <legend>{t('console.prompt.which')}</legend>
          {candidates.map(({ credentialId, valid }, n) => (
            <label key={credentialId} class={valid ? undefined : 'invalid'}>
              <input
                type="radio"
                name={group}
                checked={chosen.value === credentialId}
                onChange={() => {
                  chosen.value = credentialId;
                }}
              />
              <span>
                {(prompt.choices[n] ?? []).map((line, m) => (
                  <span key={m} class="prompt-line">
                    {line}
                  </span>
                ))}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {days === null ? null : (
        <label class="agree">
          <input
            type="checkbox"
            checked={remember.value}
            onChange={({ currentTarget: { checked } }) => {
              remember.value = checked;
            }}
          />
          <span>{t('console.prompt.remember', { count: days })}</span>
        </label>
      )}
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        <Button
          tone="primary"
          disabled={(held && !busy) || (question.kind === 'certificate' && chosen.value === undefined)}
          busy={busy}
          onClick={allow}
        >
          {prompt.words.ok}
        </Button>
      </div>
    </>
  );
}
