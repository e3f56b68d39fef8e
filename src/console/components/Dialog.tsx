import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../state/language.ts';
import { CloseIcon } from './icons.tsx';

/**
 * A modal dialog; mounted means open. `onClose` is called for Escape and the cross, and has to unmount it; while `busy` neither
 * does anything. Focus goes to the element with `autofocus`, else to the title, and afterwards back to where it came from.
 */
export function Dialog({
  title,
  onClose,
  busy = false,
  tone = 'plain',
  children,
}: {
  title: string;
  onClose: () => void;
  busy?: boolean;
  tone?: 'plain' | 'danger';
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const gone = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    (element?.querySelector<HTMLElement>('[data-autofocus]') ?? heading.current)?.focus();
    return () => {
      gone.current = true;
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.getElementById('page-title')?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${tone}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
      onClose={() => {
        // A browser closes it at a second Escape without asking the page (HTML, close watchers).
        if (gone.current || dialog.current?.open === true) return;
        if (busy) dialog.current?.showModal();
        else onClose();
      }}
    >
      <header>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" class="icon-button" aria-label={t('console.action.close')} onClick={onClose} disabled={busy}>
          <CloseIcon />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
