import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button, Note, PinField, PinPadIcon, Tries } from '../components/index.ts';
import { lengthError } from '../pin/length.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { Words } from './Words.tsx';

/** The PIN for one login or signature. What is typed goes from the field into the answer, and nowhere else. */
export function PinQuestion({ prompt, question, held, busy, answer, refuse }: Asking & { question: QuestionOf<'pin'> }) {
  const { token, tries } = question;
  const input = useRef<HTMLInputElement>(null);
  const wrong = useSignal<string | undefined>(undefined);
  const seconds = useCountdown(Date.parse(prompt.openedAt) + question.waitSeconds * 1_000);
  const lengths = { min: token.minPinLength, max: token.maxPinLength };
  // Somebody who was just typing elsewhere goes to the field by themselves: a line of a letter is no PIN.
  const typing = useRef(wasTyping());
  const focused = useRef(false);
  useEffect(() => {
    if (held || focused.current) return;
    focused.current = true;
    if (!typing.current) input.current?.focus();
  }, [held]);
  const submit = (): void => {
    if (held || seconds > 0) return;
    const pin = input.current?.value ?? '';
    if (!token.pinPad) {
      wrong.value = lengthError(pin, lengths);
      if (wrong.value !== undefined) {
        input.current?.focus();
        return;
      }
    }
    const sent = answer(token.pinPad ? { kind: 'pin' } : { kind: 'pin', pin });
    if (input.current !== null) input.current.value = '';
    void sent;
  };
  return (
    <form
      autocomplete="off"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Words prompt={prompt} />
      <Tries pin={tries} small />
      {token.pinPad ? (
        <Note icon={PinPadIcon}>
          <p>{t('console.pin.pinpad')}</p>
        </Note>
      ) : (
        <PinField
          input={input}
          held={busy}
          label={t('console.pin.pin')}
          hint={t('console.pin.length', lengths)}
          error={wrong.value}
        />
      )}
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        <Button type="submit" tone="primary" disabled={(held && !busy) || seconds > 0} busy={busy}>
          {seconds > 0 ? t('console.prompt.wait', { seconds }) : token.pinPad ? t('console.pin.pinpad_start') : prompt.words.ok}
        </Button>
      </div>
    </form>
  );
}

/** Whole seconds until then; 0 afterwards. */
function useCountdown(end: number): number {
  const left = useSignal(secondsTo(end));
  useEffect(() => {
    if (left.value === 0) return;
    const timer = setInterval(() => {
      left.value = secondsTo(end);
      if (left.value === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [end]);
  return left.value;
}

function secondsTo(end: number): number {
  return Math.max(0, Math.ceil((end - Date.now()) / 1_000));
}

/** Whether a field for text has the focus, which the dialog takes from it a moment later. */
function wasTyping(): boolean {
  const focused = document.activeElement;
  if (focused instanceof HTMLTextAreaElement) return true;
  return focused instanceof HTMLInputElement && !['checkbox', 'radio', 'file', 'button'].includes(focused.type);
}
