import { useSignal } from '@preact/signals';
import type { Case } from '../../../client/types.ts';
import { fetchFile } from '../../api/download.ts';
import { path } from '../../api/request.ts';
import { Button, DownloadIcon, type Icon, MailIcon, PrintIcon, Select, wordsOf } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { LANGUAGES, type Language, t } from '../../state/language.ts';
import type { CaseStep } from './StepForm.tsx';
import type { Work } from './writing.ts';

/** Each in its own language: it is the reader's who will get the letter. */
export const LANGUAGE_NAMES: readonly (readonly [Language, string])[] = LANGUAGES.map((code) => {
  const name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  return [code, name.charAt(0).toLocaleUpperCase(code) + name.slice(1)];
});

/** What Signet makes of the case for others to read, in a language of choice. */
export function Papers({ work }: { work: Work }) {
  const { one } = work;
  const language = useSignal<Language>(one.language);
  const mails = one.walk.filter(({ channel, contact }) => channel === 'email' && contact?.email != null);
  return (
    <section class="sheet" aria-labelledby="papers-title">
      <h2 id="papers-title">{t('console.cases.papers')}</h2>
      <p>{t('console.cases.papers_lead')}</p>
      <div class="narrow">
        <Select
          label={t('console.cases.papers_language')}
          value={language.value}
          options={LANGUAGE_NAMES}
          onChange={(chosen) => {
            language.value = chosen;
          }}
        />
      </div>
      <div class="paper">
        <DossierButton one={one} language={language.value} />
        <p class="hint">{t('console.cases.dossier_hint')}</p>
      </div>
      {mails.map((step) => (
        <div key={step.id} class="paper">
          <EmailButton one={one} step={step} language={language.value} />
          <p class="hint">{t('console.cases.email_hint', { number: step.number })}</p>
        </div>
      ))}
    </section>
  );
}

/** Saves the papers as PDF. */
export function DossierButton({ one, language }: { one: Case; language: Language }) {
  const address = `${path`/v1/cases/${one.id}/dossier`}?${new URLSearchParams({ language })}`;
  return (
    <SaveButton icon={PrintIcon} address={address} name={`${one.id}.pdf`}>
      {t('console.cases.dossier')}
    </SaveButton>
  );
}

/** Saves a step's e-mail as a draft. */
export function EmailButton({ one, step, language }: { one: Case; step: CaseStep; language: Language }) {
  const address = `${path`/v1/cases/${one.id}/email`}?${new URLSearchParams({ step: step.id, language })}`;
  return (
    <SaveButton icon={MailIcon} address={address} name={`${one.id}.eml`}>
      {t('console.cases.email')}
    </SaveButton>
  );
}

/** Fetches a file of the case and hands it to the browser. */
export function SaveButton({
  address,
  name,
  icon = DownloadIcon,
  children,
}: {
  address: string;
  name: string;
  icon?: Icon;
  children: string;
}) {
  const busy = useSignal(false);
  const run = async (): Promise<void> => {
    busy.value = true;
    try {
      await fetchFile(address, name);
      announce(t('console.cases.saved_file'), 'good');
    } catch (error) {
      const { title, detail } = wordsOf(error);
      announce(`${title} ${detail}`, 'bad');
    }
    busy.value = false;
  };
  return (
    <Button icon={icon} busy={busy.value} onClick={() => void run()}>
      {children}
    </Button>
  );
}
