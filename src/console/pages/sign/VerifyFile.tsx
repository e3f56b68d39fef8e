import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button, CheckIcon, CrossIcon, FileDrop, HelpIcon, Note, Select, Shown } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { ALGORITHMS, likely } from './algorithm.ts';
import { type Available, optionOf, readAvailable } from './available.ts';
import { certificateOf, check, type Verdict } from './check.ts';
import { Trouble } from './Trouble.tsx';

const FROM_FILE = 'file';

/** Checks a signature: the file, its signature, and who should have made it. */
export function VerifyFile() {
  const live = useLive(readAvailable, ['token.inserted', 'token.removed']);
  return (
    <section class="sheet" aria-label={t('console.verify.heading')}>
      <h2>{t('console.verify.heading')}</h2>
      <Shown live={live}>{(available) => <Form available={available} />}</Shown>
    </section>
  );
}

function Form({ available }: { available: Available }) {
  const file = useSignal<File | null>(null);
  const signature = useSignal<File | null>(null);
  const certificate = useSignal<File | null>(null);
  const by = useSignal<string>(available.credentials[0]?.id ?? FROM_FILE);
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const verdict = useSignal<Verdict | null>(null);
  const credential = available.credentials.find(({ id }) => id === by.value);
  const ready = file.value !== null && signature.value !== null && (credential !== undefined || certificate.value !== null);
  const forget = (): void => {
    verdict.value = null;
    error.value = undefined;
  };
  const run = async (): Promise<void> => {
    forget();
    if (file.value === null || signature.value === null) return;
    busy.value = true;
    try {
      if (credential !== undefined) {
        const algorithms = likely(credential.certificate.keyType);
        verdict.value = await check(file.value, signature.value, { credentialId: credential.id }, algorithms);
      } else if (certificate.value !== null) {
        const signer = { certificate: await certificateOf(certificate.value) };
        verdict.value = await check(file.value, signature.value, signer, ALGORITHMS);
      }
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <FileDrop
        label={t('console.verify.file')}
        file={file.value}
        onFile={(next) => {
          file.value = next;
          forget();
        }}
      />
      <FileDrop
        label={t('console.verify.signature')}
        hint={t('console.verify.signature_hint')}
        file={signature.value}
        onFile={(next) => {
          signature.value = next;
          forget();
        }}
      />
      <Select
        label={t('console.verify.by')}
        value={credential?.id ?? FROM_FILE}
        options={[
          ...available.credentials.map((each) => optionOf(each, available)),
          [FROM_FILE, t('console.verify.by_file')] as const,
        ]}
        onChange={(id) => {
          by.value = id;
          forget();
        }}
      />
      {credential === undefined ? (
        <FileDrop
          label={t('console.verify.certificate')}
          hint={t('console.verify.certificate_hint')}
          file={certificate.value}
          onFile={(next) => {
            certificate.value = next;
            forget();
          }}
        />
      ) : null}
      {error.value === undefined ? null : <Trouble error={error.value} />}
      {verdict.value === null ? null : <Answer verdict={verdict.value} name={file.value?.name ?? ''} />}
      <div class="actions">
        <Button type="submit" tone="primary" disabled={!ready} busy={busy.value}>
          {t('console.verify.do')}
        </Button>
        <span role="status" class="hint">
          {busy.value ? t('console.verify.busy') : ''}
        </span>
      </div>
    </form>
  );
}

const LOOK = {
  valid: { tone: 'good', icon: CheckIcon },
  invalid: { tone: 'bad', icon: CrossIcon },
  unsure: { tone: 'warn', icon: HelpIcon },
} as const;

function Answer({ verdict, name }: { verdict: Verdict; name: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <Note {...LOOK[verdict.kind]}>
      <h3 class="box-title verdict" ref={title} tabIndex={-1}>
        {t(`console.verify.${verdict.kind}`)}
      </h3>
      {verdict.kind === 'valid' ? (
        <>
          <p>{t('console.verify.valid_detail', { name, algorithm: verdict.algorithm })}</p>
          <p class="hint">{t('console.verify.valid_limits')}</p>
        </>
      ) : (
        <p>{t(verdict.kind === 'invalid' ? 'console.verify.invalid_detail' : `console.verify.reason_${verdict.reason}`)}</p>
      )}
    </Note>
  );
}
