import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Case } from '../../../client/types.ts';
import { Button, Dialog, ErrorBox } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Changed } from './Changed.tsx';
import { isChanged, useWriting, type Work } from './writing.ts';

/**
 * A form about the case in a dialog. It holds to the version that was read when it opened; when another comes meanwhile, it says what
 * changed, keeps what is typed, and writes over the newer version only after that has been on the screen.
 */
export function FormDialog({
  work,
  title,
  save,
  done,
  tone = 'plain',
  ready = true,
  after,
  onSave,
  onClose,
  children,
}: {
  work: Work;
  title: string;
  /** Text of the button that saves, and what is said when it has. */
  save: string;
  done: string;
  tone?: 'plain' | 'danger';
  /** False keeps the button from being pressed. */
  ready?: boolean;
  /** Id of what gets the focus when it is saved, because the button that led here may be gone then. */
  after?: string;
  /** Writes with the version it is given; null when there is nothing more to show. */
  onSave: (version: number) => Promise<Case | null>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const { busy, error, run } = useWriting(work);
  const { version } = work.one;
  const opened = useRef(version);
  const changed = version > opened.current && !busy.value;
  const submit = async (): Promise<void> => {
    if (await run(() => onSave(version))) {
      announce(done, 'good');
      onClose();
      if (after !== undefined) requestAnimationFrame(() => document.getElementById(after)?.focus());
    }
  };
  return (
    <Dialog title={title} tone={tone} busy={busy.value} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy.value && ready) void submit();
        }}
      >
        {changed ? <Changed one={work.one} since={opened.current} typed /> : null}
        {error.value === undefined || isChanged(error.value) ? null : <ErrorBox error={error.value} />}
        {children}
        <div class="actions">
          <Button onClick={onClose} disabled={busy.value}>
            {t('console.action.cancel')}
          </Button>
          <Button type="submit" tone={tone === 'danger' ? 'danger' : 'primary'} busy={busy.value} disabled={!ready}>
            {changed ? t('console.cases.save_anyway') : save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
