import { ArrowIcon, ButtonLink } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import { placeOf, type Question } from './questions.ts';

/** An answer in its paragraphs, and where to go on. */
export function Answer({ question, own = false }: { question: Question; own?: boolean }) {
  const place = placeOf(question.id);
  return (
    <div class="answer">
      {question.answer.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {place === null && own ? null : (
        <div class="actions">
          {place === null ? null : (
            <ButtonLink icon={ArrowIcon} href={href(place.path)}>
              {t('console.help.go', { page: place.name })}
            </ButtonLink>
          )}
          {own ? null : (
            <a class="own-link" href={href('help', question.id)}>
              {t('console.help.link')}
              <span class="unseen">: {question.question}</span>
            </a>
          )}
        </div>
      )}
    </div>
  );
}
