import { type Signal, useSignal } from '@preact/signals';
import { changeCase } from '../../api/cases.ts';
import { Button, Facts, Field, InfoIcon, Note, Select } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { FormDialog } from './FormDialog.tsx';
import { LANGUAGE_NAMES } from './Papers.tsx';
import type { Work } from './writing.ts';

/** Whose certificate it is, as it stands in the letters. */
export function Holder({ work }: { work: Work }) {
  const { holder, references, state } = work.one;
  const editing = useSignal(false);
  const nothing =
    [holder.name, holder.organisation, holder.email, holder.phone, ...holder.address, ...references].join('') === '';
  const missing = holder.name === '' || holder.address.length === 0;
  if (state === 'closed' && nothing) return null;
  return (
    <section class="sheet" aria-labelledby="holder-title">
      <h2 id="holder-title">{t('console.cases.holder')}</h2>
      <p>{t('console.cases.holder_lead')}</p>
      {missing && state === 'open' ? (
        <Note icon={InfoIcon}>
          <p>{t('console.cases.holder_missing')}</p>
        </Note>
      ) : null}
      <Facts
        rows={[
          [t('console.cases.name'), holder.name],
          [t('console.cases.organisation'), holder.organisation],
          [
            t('console.cases.address'),
            holder.address.length === 0 ? null : <span class="written">{holder.address.join('\n')}</span>,
          ],
          [t('console.cases.mail'), holder.email],
          [t('console.cases.phone'), holder.phone],
          [t('console.cases.references'), references.length === 0 ? null : <span class="written">{references.join('\n')}</span>],
        ]}
      />
      {state === 'closed' ? null : (
        <div class="actions">
          <Button onClick={() => (editing.value = true)}>
            {t(missing ? 'console.cases.holder_edit' : 'console.cases.holder_change')}
          </Button>
        </div>
      )}
      {editing.value ? <HolderForm work={work} onClose={() => (editing.value = false)} /> : null}
    </section>
  );
}

function HolderForm({ work, onClose }: { work: Work; onClose: () => void }) {
  const { one } = work;
  const name = useSignal(one.holder.name);
  const organisation = useSignal(one.holder.organisation);
  const address = useSignal(one.holder.address.join('\n'));
  const email = useSignal(one.holder.email);
  const phone = useSignal(one.holder.phone);
  const references = useSignal(one.references.join('\n'));
  const language = useSignal(one.language);
  const days = useSignal(String(one.reminderDays));
  const save = (version: number) =>
    changeCase(one.id, {
      version,
      holder: {
        name: name.value.trim(),
        organisation: organisation.value.trim(),
        address: linesOf(address.value),
        email: email.value.trim(),
        phone: phone.value.trim(),
      },
      references: linesOf(references.value),
      language: language.value,
      reminderDays: Number(days.value),
    });
  return (
    <FormDialog
      work={work}
      title={t('console.cases.holder_title')}
      save={t('console.cases.save')}
      done={t('console.cases.saved')}
      onSave={save}
      onClose={onClose}
    >
      <Line label={t('console.cases.name')} value={name} autocomplete="name" />
      <Line label={t('console.cases.organisation')} value={organisation} autocomplete="organization" />
      <Field label={t('console.cases.address')} hint={t('console.cases.address_hint')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={4}
            autocomplete="street-address"
            value={address.value}
            onInput={(event) => {
              address.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <Line label={t('console.cases.mail')} value={email} type="email" autocomplete="email" />
      <Line label={t('console.cases.phone')} value={phone} type="tel" autocomplete="tel" />
      <Field label={t('console.cases.references')} hint={t('console.cases.references_hint')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            value={references.value}
            onInput={(event) => {
              references.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <Select
        label={t('console.cases.language')}
        value={language.value}
        options={LANGUAGE_NAMES}
        onChange={(chosen) => {
          language.value = chosen;
        }}
      />
      <Field label={t('console.cases.reminder')} hint={t('console.cases.reminder_hint')}>
        {(ids) => (
          <input
            {...ids}
            type="number"
            class="date"
            min={0}
            max={365}
            value={days.value}
            onInput={(event) => {
              days.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
    </FormDialog>
  );
}

/** A field of one line. */
export function Line({
  label,
  hint,
  value,
  type = 'text',
  autocomplete = 'off',
}: {
  label: string;
  hint?: string;
  value: Signal<string>;
  type?: 'text' | 'email' | 'tel';
  autocomplete?: string;
}) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <input
          {...ids}
          type={type as 'text'}
          autocomplete={autocomplete}
          maxLength={type === 'email' ? 254 : type === 'tel' ? 60 : 200}
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
      )}
    </Field>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
