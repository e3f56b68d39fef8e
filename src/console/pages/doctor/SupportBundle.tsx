import { Bundle } from '../../bundle/Bundle.tsx';
import { MakingState, useMaking } from '../../bundle/making.tsx';
import { Button, FileIcon } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';

/** A file for whoever helps: made on this computer, shown whole, then saved. */
export function SupportBundle() {
  const { shown, busy, error, heading, make } = useMaking();
  return (
    <>
      <section class="sheet" aria-labelledby="bundle-offer">
        <h2 id="bundle-offer">{t('console.doctor.bundle_title')}</h2>
        <p>{t('console.doctor.bundle_detail')}</p>
        <div class="actions">
          <Button icon={FileIcon} busy={busy} onClick={() => void make()}>
            {t(shown === null ? 'console.doctor.bundle' : 'console.help.remake')}
          </Button>
          <a class="button quiet" href={href('help', 'ask')}>
            {t('console.help.ask')}
          </a>
        </div>
        <MakingState busy={busy} error={error} />
      </section>
      {shown === null ? null : <Bundle bundle={shown} heading={heading} />}
    </>
  );
}
