import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../state/language.ts';
import { Field } from './Field.tsx';
import { EyeIcon, EyeOffIcon } from './icons.tsx';

/** A PIN's input. What is typed stays in the element alone: whoever submits reads it once and clears it. */
export function PinField({
  input,
  label,
  hint,
  error,
  first = false,
  held = false,
}: {
  input: RefObject<HTMLInputElement | null>;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Gets the focus when its dialog opens. */
  first?: boolean;
  /** Takes no typing while a request is under way; it keeps the focus. */
  held?: boolean;
}) {
  const shown = useSignal(false);
  const capsLock = useSignal(false);
  useEffect(() => {
    const clear = (): void => {
      if (document.visibilityState !== 'hidden') return;
      shown.value = false;
      if (input.current !== null) input.current.value = '';
    };
    document.addEventListener('visibilitychange', clear);
    addEventListener('pagehide', clear);
    return () => {
      document.removeEventListener('visibilitychange', clear);
      removeEventListener('pagehide', clear);
    };
  }, [input, shown]);
  const look = (event: KeyboardEvent): void => {
    capsLock.value = event.getModifierState('CapsLock');
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <>
          <span class="pin-input">
            <input
              {...ids}
              ref={input}
              type={(shown.value ? 'text' : 'password') as 'password'}
              autocomplete="off"
              autocapitalize="off"
              autocorrect="off"
              spellcheck={false}
              data-1p-ignore
              data-lpignore="true"
              data-bwignore
              data-autofocus={first ? true : undefined}
              readOnly={held}
              onKeyDown={look}
              onKeyUp={look}
              onBlur={() => {
                capsLock.value = false;
              }}
            />
            <button
              type="button"
              class="icon-button"
              aria-label={t(shown.value ? 'console.pin.hide' : 'console.pin.show')}
              aria-pressed={shown.value}
              onClick={() => {
                shown.value = !shown.value;
              }}
            >
              {shown.value ? <EyeOffIcon /> : <EyeIcon />}
            </button>
          </span>
          <span class="caps" role="status">
            {capsLock.value ? t('console.pin.caps') : ''}
          </span>
        </>
      )}
    </Field>
  );
}
