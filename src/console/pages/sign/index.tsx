import { Page, SignIcon } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { t } from '../../state/language.ts';
import { href } from '../../state/route.ts';
import './sign.css';
import { SignFile } from './SignFile.tsx';
import { VerifyFile } from './VerifyFile.tsx';

function Sign({ rest }: { rest: readonly string[] }) {
  const verifying = rest[0] === 'verify';
  return (
    <Page title={t('console.sign.title')} lead={t('console.sign.lead')}>
      <nav class="switch" aria-label={t('console.sign.title')}>
        <a href={href('sign')} aria-current={verifying ? undefined : 'page'}>
          {t('console.sign.sign')}
        </a>
        <a href={href('sign', 'verify')} aria-current={verifying ? 'page' : undefined}>
          {t('console.verify.title')}
        </a>
      </nav>
      {verifying ? <VerifyFile /> : <SignFile />}
    </Page>
  );
}

export default { path: 'sign', titleKey: 'console.sign.title', icon: SignIcon, order: 30, Page: Sign } satisfies PageSpec;
