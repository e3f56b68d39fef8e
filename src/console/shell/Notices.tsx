import { CheckIcon, CloseIcon, InfoIcon, WarningIcon } from '../components/icons.tsx';
import { dismiss, notices } from '../state/announce.ts';
import { t } from '../state/language.ts';

const ICONS = { good: CheckIcon, bad: WarningIcon, plain: InfoIcon };

/** What has just happened, for the eye and for a screen reader. The region is always there: one that comes with its text is not read. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, tone, text }) => {
        const Icon = ICONS[tone];
        return (
          <p key={id} class={`notice ${tone}`}>
            <Icon />
            <span>{text}</span>
            <button type="button" class="icon-button" aria-label={t('console.action.close')} onClick={() => dismiss(id)}>
              <CloseIcon />
            </button>
          </p>
        );
      })}
    </div>
  );
}
