import { useSignal } from '@preact/signals';
import { Button, Tries } from '../components/index.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { WayOut } from './WayOut.tsx';
import { Words } from './Words.tsx';

/** Tells what the last try can cost, and takes a yes to it that nobody gives by the way. */
export function FinalTry({ prompt, question, held, busy, answer, refuse }: Asking & { question: QuestionOf<'final_try'> }) {
  const agreed = useSignal(false);
  return (
    <>
      <Words prompt={prompt} lines={withoutCommand(prompt.words.lines)} />
      <Tries pin={question.tries} small />
      <WayOut wayOut={question.wayOut} />
      <label class="agree">
        <input
          type="checkbox"
          checked={agreed.value}
          disabled={held}
          onChange={({ currentTarget: { checked } }) => {
            agreed.value = checked;
          }}
        />
        <span>{t('console.final.agree')}</span>
      </label>
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        <Button
          tone="danger"
          disabled={(held && !busy) || !agreed.value}
          busy={busy}
          onClick={() => void answer({ kind: 'final_try' })}
        >
          {prompt.words.ok}
        </Button>
      </div>
    </>
  );
}

/** Leaves out the line for a terminal; this page has a button for it. */
export function withoutCommand(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.includes('signet procedures show'));
}
