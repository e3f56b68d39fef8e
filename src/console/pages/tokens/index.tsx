import { tokens } from '../../api/calls.ts';
import { CardIcon, Empty, Page, Shown } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import './tokens.css';
import { TokenCard } from './TokenCard.tsx';

/** Everything that changes what is shown of a token. */
export const TOKEN_EVENTS = ['token.inserted', 'token.removed', 'pin.changed-state', 'pin.locked'];

function Tokens() {
  const live = useLive(tokens, TOKEN_EVENTS);
  return (
    <Page title={t('console.tokens.title')} lead={t('console.tokens.lead')}>
      <Shown live={live}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon={CardIcon} title={t('console.tokens.none_title')}>
              <p>{t('console.tokens.none_detail')}</p>
            </Empty>
          ) : (
            found.map((token) => <TokenCard key={token.id} token={token} onChange={() => void live.reload()} />)
          )
        }
      </Shown>
    </Page>
  );
}

export default { path: 'tokens', titleKey: 'console.tokens.title', icon: CardIcon, order: 10, Page: Tokens } satisfies PageSpec;
