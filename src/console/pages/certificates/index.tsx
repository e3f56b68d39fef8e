import { CertificateIcon, Empty, ErrorBox, nameOf, Page, Shown } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import './certificates.css';
import { CertificateSheet } from './CertificateSheet.tsx';
import { type Group, readCertificates } from './read.ts';

const EVENTS = ['token.inserted', 'token.removed', 'certificate.expiring'];

function Certificates() {
  const live = useLive(readCertificates, EVENTS, language.value);
  return (
    <Page title={t('console.certificates.title')} lead={t('console.certificates.lead')}>
      <Shown live={live}>
        {(groups) =>
          groups.length === 0 ? (
            <Empty icon={CertificateIcon} title={t('console.certificates.none_title')}>
              <p>{t('console.certificates.none_detail')}</p>
            </Empty>
          ) : (
            groups.map((group) => <OnToken key={group.token.id} group={group} />)
          )
        }
      </Shown>
    </Page>
  );
}

function OnToken({ group: { token, held, error } }: { group: Group }) {
  return (
    <section class="on-token">
      <h2>{t('console.certificates.on', { label: nameOf(token) })}</h2>
      {error === undefined ? null : <ErrorBox error={error} />}
      {error === undefined && held.length === 0 ? <p>{t('console.certificates.none_here')}</p> : null}
      {held.map((each) => (
        <CertificateSheet key={each.certificate.sha256} held={each} />
      ))}
    </section>
  );
}

export default {
  path: 'certificates',
  titleKey: 'console.certificates.title',
  icon: CertificateIcon,
  order: 20,
  Page: Certificates,
} satisfies PageSpec;
