import { Button, Tries } from '../components/index.ts';
import { withoutCommand } from './FinalTry.tsx';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { WayOut } from './WayOut.tsx';
import { Words } from './Words.tsx';

/** Says that the token is blocked and what the way out is. There is nothing to agree to. */
export function Blocked({ prompt, question, held, busy, answer }: Asking & { question: QuestionOf<'blocked'> }) {
  return (
    <>
      <Words prompt={prompt} lines={withoutCommand(prompt.words.lines)} />
      <Tries pin={question.tries} small />
      <WayOut wayOut={question.wayOut} />
      <div class="actions">
        <Button tone="primary" disabled={held && !busy} busy={busy} onClick={() => void answer({ kind: 'blocked' })}>
          {prompt.words.ok}
        </Button>
      </div>
    </>
  );
}
