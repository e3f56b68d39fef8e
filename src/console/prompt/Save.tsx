import { useSignal } from '@preact/signals';
import { savePromptFile } from '../api/prompts.ts';
import { Button, DownloadIcon, ErrorBox, InfoIcon, Note } from '../components/index.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { Words } from './Words.tsx';

/** A file to save: the browser downloads it, and only the person can tell whether it is there then. */
export function Save({ prompt, question, held, busy, answer, refuse }: Asking & { question: QuestionOf<'save'> }) {
  const state = useSignal<'asked' | 'fetching' | 'given'>('asked');
  const error = useSignal<unknown>(undefined);
  const fetch = async (): Promise<void> => {
    state.value = 'fetching';
    error.value = undefined;
    try {
      await savePromptFile(prompt.id, question.name);
      state.value = 'given';
    } catch (thrown) {
      error.value = thrown;
      state.value = 'asked';
    }
  };
  const given = state.value === 'given';
  return (
    <>
      <Words prompt={prompt} />
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div role="status">
        {given ? (
          <Note icon={InfoIcon}>
            <p>{t('console.prompt.save_hint', { saved: t('console.prompt.saved') })}</p>
          </Note>
        ) : null}
      </div>
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        {given ? (
          <Button tone="primary" disabled={held && !busy} busy={busy} onClick={() => void answer({ kind: 'save' })}>
            {t('console.prompt.saved')}
          </Button>
        ) : (
          <Button
            tone="primary"
            icon={DownloadIcon}
            disabled={held}
            busy={state.value === 'fetching'}
            onClick={() => void fetch()}
          >
            {prompt.words.ok}
          </Button>
        )}
      </div>
    </>
  );
}
