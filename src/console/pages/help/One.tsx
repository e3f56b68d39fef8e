import { ButtonLink, HelpIcon, MailIcon, Page } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { Answer } from './Answer.tsx';
import { questions } from './questions.ts';

/** One question on a page of its own, whose address can be passed on. */
export function One({ id }: { id: string }) {
  const question = questions().find((each) => each.id === id);
  return (
    <Page
      title={question?.question ?? t('console.help.unknown')}
      {...(question === undefined ? { lead: t('console.help.unknown_detail') } : {})}
    >
      {question === undefined ? null : (
        <div class="sheet">
          <Answer question={question} own />
        </div>
      )}
      <div class="actions">
        <ButtonLink icon={HelpIcon} href={href('help')}>
          {t('console.help.all')}
        </ButtonLink>
        <ButtonLink icon={MailIcon} href={href('help', 'ask')}>
          {t('console.help.ask')}
        </ButtonLink>
      </div>
    </Page>
  );
}
