import { useSignal } from '@preact/signals';
import type { AlgorithmName, SignAnswer } from '../../../client/types.ts';
import { sign } from '../../api/calls.ts';
import { ApiProblem } from '../../api/request.ts';
import { Button, FileDrop, InfoIcon, Note, Select, Shown, SignIcon, sizeWords } from '../../components/index.ts';
import { PinDialog, type Presented } from '../../pin/PinDialog.tsx';
import { t } from '../../state/language.ts';
import { type Live, useLive } from '../../state/live.ts';
import { HASHES, inOrder } from './algorithm.ts';
import { type Available, optionOf, readAvailable } from './available.ts';
import { LARGEST, LARGEST_WHOLE, signedOf } from './content.ts';
import { type Made, Signature } from './Signature.tsx';
import { Trouble } from './Trouble.tsx';

const EVENTS = ['token.inserted', 'token.removed', 'pin.changed-state', 'pin.locked'];

/** Signs a file: file, who as, how; the PIN is asked for when it is needed. */
export function SignFile() {
  const live = useLive(readAvailable, EVENTS);
  return (
    <section class="sheet" aria-label={t('console.sign.sign_title')}>
      <h2>{t('console.sign.sign_title')}</h2>
      <Shown live={live}>
        {(available) =>
          available.credentials.length === 0 ? (
            <p>{t('console.sign.no_credential')}</p>
          ) : (
            <Form available={available} live={live} />
          )
        }
      </Shown>
    </section>
  );
}

function Form({ available, live }: { available: Available; live: Live<Available> }) {
  const file = useSignal<File | null>(null);
  const chosen = useSignal('');
  const wish = useSignal<AlgorithmName | ''>('');
  const doing = useSignal<'hashing' | 'signing' | null>(null);
  const asking = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const made = useSignal<Made | null>(null);
  const credential = available.credentials.find(({ id }) => id === chosen.value) ?? available.credentials[0];
  const token = available.tokens.find(({ id }) => id === credential?.tokenId);
  const offered = inOrder(credential?.algorithms ?? []);
  const algorithm = offered.find((name) => name === wish.value) ?? offered[0];
  if (made.value !== null) {
    return (
      <Signature
        made={made.value}
        onAnother={() => {
          made.value = null;
          file.value = null;
        }}
      />
    );
  }
  if (credential === undefined || algorithm === undefined) return <p>{t('console.sign.no_credential')}</p>;
  const everyTime = credential.asksPinEveryTime === true;
  const make = async (typed: Presented = {}): Promise<void> => {
    const source = file.value;
    if (source === null) return;
    doing.value = 'hashing';
    try {
      const signed = await signedOf(source, algorithm);
      doing.value = 'signing';
      const encoding = algorithm.startsWith('ES') ? { encoding: 'der' as const } : {};
      const answer: SignAnswer = await sign(credential.id, { algorithm, ...signed, ...encoding, ...typed });
      made.value = { file: source.name, answer, credential };
    } finally {
      doing.value = null;
    }
  };
  const start = async (): Promise<void> => {
    error.value = undefined;
    if (everyTime || token?.session === null) {
      asking.value = true;
      return;
    }
    try {
      await make();
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.problem.code === 'pin_required') {
        await live.reload();
        asking.value = true;
      } else error.value = thrown;
    }
  };
  const afterLogin = async (): Promise<void> => {
    asking.value = false;
    void live.reload();
    if (everyTime) return;
    await make().catch((thrown: unknown) => {
      error.value = thrown;
    });
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <FileDrop
        label={t('console.sign.file')}
        hint={t('console.sign.file_hint', { size: sizeWords(HASHES[algorithm] === null ? LARGEST_WHOLE : LARGEST) })}
        file={file.value}
        onFile={(next) => {
          file.value = next;
          error.value = undefined;
        }}
      />
      <Select
        label={t('console.sign.credential')}
        value={credential.id}
        options={available.credentials.map((each) => optionOf(each, available))}
        onChange={(id) => {
          chosen.value = id;
        }}
      />
      <Select
        label={t('console.sign.algorithm')}
        hint={t('console.sign.algorithm_hint')}
        value={algorithm}
        options={offered.map((name) => [name, name] as const)}
        onChange={(name) => {
          wish.value = name;
        }}
      />
      {HASHES[algorithm] === null ? (
        <Note icon={InfoIcon}>
          <p>{t('console.sign.whole_file', { size: sizeWords(LARGEST_WHOLE) })}</p>
        </Note>
      ) : null}
      {error.value === undefined ? null : <Trouble error={error.value} />}
      <div class="actions">
        <Button type="submit" tone="primary" icon={SignIcon} disabled={file.value === null} busy={doing.value !== null}>
          {t('console.sign.sign')}
        </Button>
        <span role="status" class="hint">
          {doing.value === null ? '' : t(`console.sign.${doing.value}`)}
        </span>
      </div>
      {asking.value && token !== undefined ? (
        <PinDialog
          act="login"
          token={token}
          {...(everyTime ? { use: make } : {})}
          onDone={() => void afterLogin()}
          onClose={() => {
            asking.value = false;
            void live.reload();
          }}
          onState={() => void live.reload()}
        />
      ) : null}
    </form>
  );
}
