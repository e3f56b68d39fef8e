import type { Certificate } from '../../../client/types.ts';
import { Badge, Button, Copy, DownloadIcon, Facts, type Tone } from '../../components/index.ts';
import { namesOf, shortName } from '../../state/distinguished-name.ts';
import { download } from '../../state/download.ts';
import { t } from '../../state/language.ts';
import { now } from '../../state/live.ts';
import { Chain } from './Chain.tsx';
import type { Held } from './read.ts';
import { TimeLine } from './TimeLine.tsx';
import { usageWords } from './usage.ts';

/** One certificate: who, for what, by whom, until when; the rest folded away. */
export function CertificateSheet({ held }: { held: Held }) {
  const { certificate, credential, renewal, chain } = held;
  const { subject, issuer, notBefore, notAfter } = certificate;
  if (subject === null || issuer === null || notBefore === null || notAfter === null) {
    return (
      <article class="sheet">
        <h3>{t('console.certificates.unreadable')}</h3>
        <Details held={held} />
      </article>
    );
  }
  const opens = renewal?.renewalOpensDaysBefore ?? null;
  return (
    <article class="sheet certificate" aria-label={shortName(subject)}>
      <header class="token-head">
        <h3>{shortName(subject)}</h3>
        <div class="badges">
          <StateBadge certificate={certificate} opens={opens} />
          {credential === null ? null : <Badge tone="info">{t('console.certificates.with_key')}</Badge>}
          {certificate.isCa ? <Badge>{t('console.certificates.authority')}</Badge> : null}
          {certificate.qualified ? <Badge tone="good">{t('console.certificates.qualified')}</Badge> : null}
        </div>
      </header>
      <Facts
        rows={[
          [t('console.certificates.who'), readable(subject)],
          [t('console.certificates.what_for'), usageWords(certificate).join(', ')],
          [t('console.certificates.by_whom'), issuer === subject ? t('console.certificates.by_itself') : readable(issuer)],
        ]}
      />
      <TimeLine from={notBefore} until={notAfter} opens={opens} asks={credential !== null} />
      <details>
        <summary>{t('console.certificates.chain')}</summary>
        <Chain chain={chain} />
      </details>
      <Details held={held} />
    </article>
  );
}

function readable(dn: string): string {
  const name = shortName(dn);
  const organisation = namesOf(dn).get('O');
  if (organisation === undefined || organisation === name) return name;
  return t('console.certificates.of', { name, organisation });
}

function StateBadge({ certificate, opens }: { certificate: Certificate; opens: number | null }) {
  const [key, tone] = stateOf(certificate, opens);
  return <Badge tone={tone}>{t(`console.certificates.${key}`)}</Badge>;
}

function stateOf({ notBefore, notAfter }: Certificate, opens: number | null): [string, Tone] {
  const end = Date.parse(notAfter ?? '');
  if (now.value > end) return ['expired', 'bad'];
  if (now.value < Date.parse(notBefore ?? '')) return ['early', 'warn'];
  return opens !== null && now.value > end - opens * 86_400_000 ? ['renew_soon', 'warn'] : ['valid', 'good'];
}

function Details({ held: { certificate, credential } }: { held: Held }) {
  const { sha256, serialNumber, keyType, keyId, subject, issuer, pem, commonName } = certificate;
  const fingerprint = sha256.toUpperCase().match(/../g)?.join(':') ?? sha256;
  const fingerprintName = t('console.certificates.fingerprint');
  return (
    <details>
      <summary>{t('console.action.details')}</summary>
      <Facts
        rows={[
          [t('console.certificates.subject'), subject],
          [t('console.certificates.issuer'), issuer],
          [t('console.certificates.serial'), serialNumber === null ? '' : <code>{serialNumber}</code>],
          [t('console.certificates.key'), keyType],
          [t('console.certificates.algorithms'), credential?.algorithms.join(', ')],
          [t('console.certificates.device'), certificate.qscd ? t('console.certificates.yes') : ''],
          [t('console.certificates.key_id'), <code key="id">{keyId}</code>],
          [
            fingerprintName,
            <span key="fingerprint" class="copyable">
              <code>{fingerprint}</code>
              <Copy text={fingerprint} what={fingerprintName} />
            </span>,
          ],
        ]}
      />
      {pem === undefined ? null : (
        <p class="actions">
          <Button
            icon={DownloadIcon}
            onClick={() => download(`${fileName(commonName ?? sha256)}.pem`, pem, 'application/x-pem-file')}
          >
            {t('console.certificates.download')}
          </Button>
        </p>
      )}
    </details>
  );
}

/** A name without what file systems or shells take amiss. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}.-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '') || 'certificate';
}
