import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { AddClientAnswer, AddClientRequest } from '../../../client/types.ts';
import { addClient } from '../../api/settings.ts';
import { Button, CheckIcon, Copy, Dialog, ErrorBox, Field, Note } from '../../components/index.ts';
import { t } from '../../state/language.ts';

type Scope = AddClientRequest['scopes'][number];

const SCOPES: readonly Scope[] = ['status', 'sign', 'pin', 'admin'];
/** As the API takes it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Gives a program an access of its own, and shows its token, which nobody can show again. */
export function AddClient({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const made = useSignal<AddClientAnswer | null>(null);
  const busy = useSignal(false);
  return (
    <Dialog title={t('console.settings.client_add')} busy={busy.value} onClose={onClose}>
      {made.value === null ? (
        <Form
          busy={busy.value}
          onBusy={(is) => {
            busy.value = is;
          }}
          onMade={(answer) => {
            made.value = answer;
            onMade();
          }}
          onClose={onClose}
        />
      ) : (
        <Made answer={made.value} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Form({
  busy,
  onBusy,
  onMade,
  onClose,
}: {
  busy: boolean;
  onBusy: (is: boolean) => void;
  onMade: (answer: AddClientAnswer) => void;
  onClose: () => void;
}) {
  const name = useSignal('');
  const scopes = useSignal<readonly Scope[]>(['status']);
  const error = useSignal<unknown>(undefined);
  const wrong = useSignal<'name' | 'scopes' | null>(null);
  const submit = async (): Promise<void> => {
    wrong.value = !NAME.test(name.value.trim()) ? 'name' : scopes.value.length === 0 ? 'scopes' : null;
    error.value = undefined;
    if (wrong.value !== null) return;
    onBusy(true);
    try {
      onMade(await addClient({ name: name.value.trim(), scopes: [...scopes.value] }));
    } catch (thrown) {
      error.value = thrown;
    }
    onBusy(false);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <Field
        label={t('console.settings.client_name')}
        hint={t('console.settings.client_name_hint')}
        error={wrong.value === 'name' ? t('console.settings.client_name_wrong') : undefined}
      >
        {(ids) => (
          <input
            {...ids}
            data-autofocus
            type="text"
            autocomplete="off"
            spellcheck={false}
            maxLength={64}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <fieldset class="scopes">
        <legend>{t('console.settings.client_may')}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.value.includes(scope)}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                scopes.value = SCOPES.filter((each) => (each === scope ? checked : scopes.value.includes(each)));
              }}
            />
            <span>
              <strong>{t(`console.settings.scope_${scope}`)}</strong>
              <span class="hint">{t(`console.settings.scope_${scope}_detail`)}</span>
            </span>
          </label>
        ))}
        {wrong.value === 'scopes' ? (
          <p class="field-error" role="alert">
            {t('console.settings.client_may_none')}
          </p>
        ) : null}
      </fieldset>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div class="actions">
        <Button onClick={onClose} disabled={busy}>
          {t('console.action.cancel')}
        </Button>
        <Button type="submit" tone="primary" busy={busy}>
          {t('console.settings.client_add_do')}
        </Button>
      </div>
    </form>
  );
}

function Made({ answer: { client, token }, onClose }: { answer: AddClientAnswer; onClose: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <>
      <Note tone="good" icon={CheckIcon}>
        <h3 class="box-title" ref={title} tabIndex={-1}>
          {t('console.settings.client_made', { name: client.name })}
        </h3>
        <p>{t('console.settings.client_once')}</p>
      </Note>
      <p class="command">
        <code class="client-token">{token}</code>
        <Copy text={token} what={t('console.settings.client_token')} />
      </p>
      <p class="hint">{t('console.settings.client_how')}</p>
      <div class="actions">
        <Button tone="primary" onClick={onClose}>
          {t('console.settings.client_kept')}
        </Button>
      </div>
    </>
  );
}
