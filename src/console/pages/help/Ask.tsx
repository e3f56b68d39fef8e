import { useSignal } from '@preact/signals';
import { Bundle } from '../../bundle/Bundle.tsx';
import { MakingState, useMaking } from '../../bundle/making.tsx';
import { Button, Field, Page } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { Message } from './Message.tsx';

/** Prepares a message to the help desk: the person's own words, and a bundle that is seen in full before it is saved. */
export function Ask() {
  const words = useSignal('');
  const to = useSignal('');
  const { shown, busy, error, heading, make } = useMaking();
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
          <Button tone={shown === null ? 'primary' : 'plain'} busy={busy} onClick={() => void make()}>
            {t(shown === null ? 'console.help.make' : 'console.help.remake')}
          </Button>
        </div>
        <MakingState busy={busy} error={error} />
      </section>
      {shown === null ? null : (
        <>
          <Bundle bundle={shown} heading={heading} />
          <Message bundle={shown} words={words.value} to={to} />
        </>
      )}
    </Page>
  );
}
