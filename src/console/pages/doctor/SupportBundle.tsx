import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { makeBundle, type ShownBundle } from '../../api/bundles.ts';
import { Button, ErrorBox, FileIcon, Spinner } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { Bundle } from '../help/Bundle.tsx';

/** A file for whoever helps: made on this computer, shown whole, then saved. */
export function SupportBundle() {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const made = useSignal<ShownBundle | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = made.value;
  useEffect(() => heading.current?.focus(), [shown?.id]);
  const make = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      made.value = await makeBundle();
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <>
      <section class="sheet" aria-labelledby="bundle-offer">
        <h2 id="bundle-offer">{t('console.doctor.bundle_title')}</h2>
        <p>{t('console.doctor.bundle_detail')}</p>
        <div class="actions">
          <Button icon={FileIcon} busy={busy.value} onClick={() => void make()}>
            {t(shown === null ? 'console.doctor.bundle' : 'console.help.remake')}
          </Button>
          <a class="button quiet" href={href('help', 'ask')}>
            {t('console.help.ask')}
          </a>
          <div role="status">
            {busy.value ? (
              <p class="working">
                <Spinner /> {t('console.help.making')}
              </p>
            ) : null}
          </div>
        </div>
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
      </section>
      {shown === null ? null : <Bundle bundle={shown} heading={heading} />}
    </>
  );
}
