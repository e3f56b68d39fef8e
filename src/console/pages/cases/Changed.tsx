import type { Case } from '../../../client/types.ts';
import { ErrorBox, Note, WarningIcon } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { isChanged, type Work } from './writing.ts';

/** What others wrote to the case after the version that somebody had before them. */
export function Changed({ one, since, typed }: { one: Case; since: number; typed: boolean }) {
  return (
    <div role="alert">
      <Note tone="warn" icon={WarningIcon}>
        <p class="box-title">{t('console.cases.changed_title')}</p>
        <ul class="plain-list">
          {one.history
            .filter(({ seq }) => seq > since)
            .map(({ seq, text }) => (
              <li key={seq}>{text}</li>
            ))}
        </ul>
        <p class="next">{t(typed ? 'console.cases.changed_kept' : 'console.cases.changed_plain')}</p>
      </Note>
    </div>
  );
}

/** Why a press on a button of the case came to nothing. */
export function Refused({ work, error, since, typed = false }: { work: Work; error: unknown; since: number; typed?: boolean }) {
  if (error === undefined) return null;
  return isChanged(error) ? <Changed one={work.one} since={since} typed={typed} /> : <ErrorBox error={error} />;
}
