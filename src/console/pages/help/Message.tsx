import { type Signal, useSignal } from '@preact/signals';
import { bundleArchive, type ShownBundle } from '../../api/bundles.ts';
import { findings, systemWords } from '../../bundle/Bundle.tsx';
import { Button, CopyIcon, ErrorBox, Field, MailIcon } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { download } from '../../state/download.ts';
import { t } from '../../state/language.ts';
import { isAddress, makeEml } from './eml.ts';

/** The message as it would go out, to be copied or saved as a draft with the bundle. Nothing is sent from here. */
export function Message({ bundle, words, to }: { bundle: ShownBundle; words: string; to: Signal<string> }) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const text = messageText(bundle, words);
  const address = to.value.trim();
  const wrong = address !== '' && !isAddress(address);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      announce(t('console.help.message_copied'), 'good');
    } catch {
      announce(t('console.action.copy_failed'), 'bad');
    }
  };
  const save = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      const name = `signet-bundle-${bundle.id}.zip`;
      const attachment = { name, type: 'application/zip', bytes: await bundleArchive(bundle.id) };
      const eml = makeEml({ to: address, subject: t('console.help.subject', { id: bundle.id }), text, attachment });
      download(`signet-${bundle.id}.eml`, eml, 'message/rfc822');
      announce(t('console.help.saved'), 'good');
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <section class="sheet" aria-labelledby="message-title">
      <h2 id="message-title">{t('console.help.message_title')}</h2>
      <Field label={t('console.help.to')} hint={t('console.help.to_hint')} error={wrong ? t('console.help.to_wrong') : undefined}>
        {(ids) => (
          <input
            {...ids}
            type="email"
            autocomplete="email"
            value={to.value}
            onInput={(event) => {
              to.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <Field label={t('console.help.message')}>
        {(ids) => <textarea {...ids} class="message" rows={Math.min(18, text.split('\n').length + 2)} readOnly value={text} />}
      </Field>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div class="actions">
        <Button tone="primary" icon={MailIcon} busy={busy.value} disabled={wrong} onClick={() => void save()}>
          {t('console.help.eml')}
        </Button>
        <Button icon={CopyIcon} onClick={() => void copy()}>
          {t('console.help.message_copy')}
        </Button>
      </div>
      <p class="hint">{t('console.help.eml_hint')}</p>
    </section>
  );
}

function messageText(bundle: ShownBundle, words: string): string {
  const { id, preview } = bundle;
  const { cause: check } = findings(preview);
  const cause =
    check === null ? t('console.help.fine') : t('console.help.body_cause', { found: check.found ?? check.title ?? '' });
  const blocks = [
    t('console.help.body_greeting'),
    words.trim() === '' ? t('console.help.body_no_words') : words.trim(),
    [t('console.help.body_bundle', { id }), systemWords(preview), cause].filter((line) => line !== '').join('\n'),
    t('console.help.body_attached', { id }),
  ];
  return blocks.join('\n\n');
}
