import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { makeBundle, type ShownBundle } from '../../api/bundles.ts';
import { Button, ErrorBox, Field, Page, Spinner } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { Bundle } from './Bundle.tsx';
import { Message } from './Message.tsx';

/** Prepares a message to the help desk: the person's own words, and a bundle that is seen in full before it is saved. */
export function Ask() {
  const words = useSignal('');
  const to = useSignal('');
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const made = useSignal<ShownBundle | null>(null);
  const result = useRef<HTMLHeadingElement>(null);
  const shown = made.value;
  useEffect(() => {
    result.current?.focus();
  }, [shown?.id]);
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
    <Page title={t('console.help.ask')} lead={t('console.help.ask_lead')}>
      <p class="crumb">
        <a href={href('help')}>{t('console.help.all')}</a>
      </p>
      <section class="sheet" aria-labelledby="words-title">
        <h2 id="words-title">{t('console.help.words_title')}</h2>
        <Field label={t('console.help.words')} hint={t('console.help.words_hint')}>
          {(ids) => (
            <textarea
              {...ids}
              rows={5}
              maxLength={10_000}
              value={words.value}
              onInput={(event) => {
                words.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
        <div class="actions">
          <Button tone={shown === null ? 'primary' : 'plain'} busy={busy.value} onClick={() => void make()}>
            {t(shown === null ? 'console.help.make' : 'console.help.remake')}
          </Button>
        </div>
        <div role="status">
          {busy.value ? (
            <p class="working">
              <Spinner /> {t('console.help.making')}
            </p>
          ) : null}
        </div>
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
      </section>
      {shown === null ? null : (
        <>
          <Bundle bundle={shown} heading={result} />
          <Message bundle={shown} words={words.value} to={to} />
        </>
      )}
    </Page>
  );
}
