import { useEffect, useRef } from 'preact/hooks';
import type { Closed } from '../api/session.ts';
import { Copy, LockIcon } from '../components/index.ts';
import { t } from '../state/language.ts';
import { LanguageChoice, ThemeChoice } from './Choices.tsx';
import { Mark } from './Mark.tsx';

const COMMAND = 'signet console';

/** What is seen without a session: why, and how to come in. */
export function Door({ why }: { why: Closed }) {
  const title = t(`console.door.${why}_title`);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Signet`;
  }, [title]);
  // What had the focus is gone with the page: a screen reader is told where it is now.
  useEffect(() => heading.current?.focus(), [why]);
  return (
    <div class="door">
      <main id="main">
        <p class="door-mark">
          <Mark />
        </p>
        <LockIcon class="large" />
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p class="lead">{t(`console.door.${why}_detail`)}</p>
        <p>{t('console.door.how')}</p>
        <p class="command">
          <code>{COMMAND}</code>
          <Copy text={COMMAND} what={COMMAND} />
        </p>
        <p class="hint">{t('console.door.safe')}</p>
      </main>
      <footer class="door-choices">
        <LanguageChoice />
        <ThemeChoice />
      </footer>
    </div>
  );
}
