import type { Case } from '../../../client/types.ts';
import { timeWords } from '../../components/index.ts';
import { t } from '../../state/language.ts';

/** Who did something, from a caller's id. */
export function whoWords(who: string): string {
  if (who === 'signet') return t('console.cases.by_signet');
  if (who === 'console') return t('console.cases.by_console');
  return who === 'local' ? t('console.cases.by_local') : t('console.cases.by', { who });
}

/** Everything that happened to the case, newest first. */
export function History({ one }: { one: Case }) {
  return (
    <section class="sheet" aria-labelledby="history-title">
      <h2 id="history-title">{t('console.cases.history')}</h2>
      <ol class="history" reversed>
        {one.history.toReversed().map(({ seq, at, who, text }) => (
          <li key={seq}>
            <p>{text}</p>
            <p class="hint">
              {timeWords(at)} · {whoWords(who)}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
