import { useSignal } from '@preact/signals';
import type { OpenPrompt } from '../../client/types.ts';
import { type Answer, answerPrompt, cancelPrompt } from '../api/prompts.ts';
import { ApiProblem } from '../api/request.ts';
import { Dialog, ErrorBox, Note, WarningIcon } from '../components/index.ts';
import { t } from '../state/language.ts';
import { useArmed } from './armed.ts';
import { answering, asked, closed } from './asked.ts';
import { Blocked } from './Blocked.tsx';
import { Consent } from './Consent.tsx';
import { FinalTry } from './FinalTry.tsx';
import { Load } from './Load.tsx';
import { Pair } from './Pair.tsx';
import { PinQuestion } from './PinQuestion.tsx';
import { Save } from './Save.tsx';
import './prompt.css';

/** What the form of a question works with. */
export interface Asking {
  prompt: OpenPrompt;
  /** Nothing can be pressed yet, or an answer is on its way. */
  held: boolean;
  busy: boolean;
  answer(body: Answer): Promise<void>;
  refuse(): Promise<void>;
}

/** The question that is open, over whatever page is shown. */
export function PromptDialog() {
  const prompt = asked.value;
  return prompt === null ? null : <Asked key={prompt.id} prompt={prompt} />;
}

function Asked({ prompt }: { prompt: OpenPrompt }) {
  const armed = useArmed();
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const { id, question, words, waiting } = prompt;
  const send = async (act: () => Promise<void>): Promise<void> => {
    if (!armed || busy.value) return;
    busy.value = true;
    error.value = undefined;
    answering(id);
    try {
      await act();
      if (asked.value?.id === id) asked.value = null;
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.problem.code === 'prompt_not_found') {
        answering('');
        closed(id, 'answered');
      }
      error.value = thrown;
      busy.value = false;
    }
  };
  const asking: Asking = {
    prompt,
    held: !armed || busy.value,
    busy: busy.value,
    answer: (body) => send(() => answerPrompt(id, body)),
    refuse: () => send(() => cancelPrompt(id)),
  };
  const danger = question.kind === 'final_try' || question.kind === 'blocked';
  return (
    <Dialog title={words.title} tone={danger ? 'danger' : 'plain'} busy={asking.held} onClose={() => void asking.refuse()}>
      <div class="prompt" data-armed={armed} data-kind={question.kind}>
        {words.warning === null ? null : (
          <Note tone={question.kind === 'final_try' ? 'bad' : 'warn'} icon={WarningIcon}>
            <p class="box-title">{words.warning}</p>
          </Note>
        )}
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
        <Form {...asking} />
        {waiting > 0 ? <p class="hint">{t('console.prompt.waiting', { count: waiting })}</p> : null}
      </div>
    </Dialog>
  );
}

function Form(asking: Asking) {
  const { question } = asking.prompt;
  switch (question.kind) {
    case 'pair':
      return <Pair {...asking} question={question} />;
    case 'certificate':
      return <Consent {...asking} question={question} />;
    case 'pin':
      return <PinQuestion {...asking} question={question} />;
    case 'confirm':
      return <Consent {...asking} question={question} />;
    case 'load':
      return <Load {...asking} question={question} />;
    case 'save':
      return <Save {...asking} question={question} />;
    case 'final_try':
      return <FinalTry {...asking} question={question} />;
    case 'blocked':
      return <Blocked {...asking} question={question} />;
  }
}
