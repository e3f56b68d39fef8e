import { useEffect, useRef } from 'preact/hooks';
import type { Credential, SignAnswer } from '../../../client/types.ts';
import { certificates } from '../../api/calls.ts';
import { Button, CertificateIcon, CheckIcon, Copy, DownloadIcon, Note } from '../../components/index.ts';
import { shortName } from '../../state/distinguished-name.ts';
import { download } from '../../state/download.ts';
import { t } from '../../state/language.ts';
import { unbase64 } from './content.ts';

/** A signature just made, and of what. */
export interface Made {
  file: string;
  answer: SignAnswer;
  credential: Credential;
}

/** The signature to take away, and how whoever gets it can check it. */
export function Signature({ made: { file, answer, credential }, onAnother }: { made: Made; onAnother: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  const name = `${file}.sig`;
  const command = `signet verify ${quoted(file)}`;
  useEffect(() => title.current?.focus(), []);
  const takeCertificate = async (): Promise<void> => {
    const all = await certificates(credential.tokenId);
    const own = all.find(({ sha256 }) => sha256 === credential.certificate.sha256);
    if (own?.pem !== undefined) download(`${file}.pem`, own.pem, 'application/x-pem-file');
  };
  return (
    <div class="stack">
      <Note tone="good" icon={CheckIcon}>
        <h3 class="box-title" ref={title} tabIndex={-1}>
          {t('console.sign.done', { name: file })}
        </h3>
        <p>{t('console.sign.done_by', { who: shortName(credential.subject), algorithm: answer.algorithm })}</p>
      </Note>
      <div class="actions">
        <Button
          tone="primary"
          icon={DownloadIcon}
          onClick={() => download(name, unbase64(answer.signature), 'application/octet-stream')}
        >
          {t('console.sign.download', { name })}
        </Button>
        <Button icon={CertificateIcon} onClick={() => void takeCertificate()}>
          {t('console.sign.download_certificate')}
        </Button>
        <Button tone="quiet" onClick={onAnother}>
          {t('console.sign.another')}
        </Button>
      </div>
      <p>{t('console.sign.how')}</p>
      <p class="command">
        <code>{command}</code>
        <Copy text={command} what={command} />
      </p>
    </div>
  );
}

/** A file name as a shell takes it. */
function quoted(name: string): string {
  return /^[\w.][\w.-]*$/.test(name) ? name : `'${name.startsWith('-') ? './' : ''}${name.replaceAll("'", `'\\''`)}'`;
}
