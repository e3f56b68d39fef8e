import { useSignal } from '@preact/signals';
import { ButtonLink, Empty, Field, HelpIcon, MailIcon, Page } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { Answer } from './Answer.tsx';
import { search } from './questions.ts';

/** All questions, to be searched; the best one lies open. */
export function Questions() {
  const query = useSignal('');
  const found = search(query.value);
  const asked = query.value.trim() !== '';
  return (
    <Page
      title={t('console.help.title')}
      lead={t('console.help.lead')}
      aside={
        <ButtonLink href={href('help', 'ask')} icon={MailIcon}>
          {t('console.help.ask')}
        </ButtonLink>
      }
    >
      <search class="help-search">
        <Field label={t('console.help.search')} hint={t('console.help.search_hint')}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              autocomplete="off"
              value={query.value}
              onInput={(event) => {
                query.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
        <p role="status" class="hint">
          {!asked ? '' : found.length === 0 ? t('console.help.found_zero') : t('console.help.found', { count: found.length })}
        </p>
      </search>
      {found.length === 0 ? (
        <Empty icon={HelpIcon} title={t('console.help.found_zero')}>
          <p>{t('console.help.none')}</p>
        </Empty>
      ) : (
        <ul class="questions">
          {found.map((question, at) => (
            // Another best hit is another list, whose first lies open.
            <li key={`${question.id} ${at === 0}`}>
              <details open={at === 0}>
                <summary>
                  <h2>{question.question}</h2>
                </summary>
                <Answer question={question} />
              </details>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
