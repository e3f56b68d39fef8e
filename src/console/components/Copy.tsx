import { announce } from '../state/announce.ts';
import { t } from '../state/language.ts';
import { CopyIcon } from './icons.tsx';

/** Copies a text; `what` names it in the button's label. */
export function Copy({ text, what }: { text: string; what: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      announce(t('console.action.copied', { what }), 'good');
    } catch {
      announce(t('console.action.copy_failed'), 'bad');
    }
  };
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={t('console.action.copy', { what })}
      title={t('console.action.copy', { what })}
      onClick={() => void copy()}
    >
      <CopyIcon />
    </button>
  );
}
