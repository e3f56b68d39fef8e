import { Button } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import type { Doctor } from './run.ts';

/** Checks that are made only when asked for, because they take long or reach out; nothing when there are none. */
export function OptIn({ doctor: { run, listed, start } }: { doctor: Doctor }) {
  const offered = listed.value.filter(({ optIn, here }) => optIn && here);
  if (offered.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="opt-in">
      <h2 id="opt-in">{t('console.doctor.optin_title')}</h2>
      <p>{t('console.doctor.optin_detail')}</p>
      <div class="actions">
        {offered.map(({ id, title }) => (
          <Button key={id} busy={run.value.alone === id} onClick={() => void start(id)}>
            {title}
          </Button>
        ))}
      </div>
    </section>
  );
}
