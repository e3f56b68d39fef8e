import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { addNote } from '../../api/cases.ts';
import { Button, Field, timeWords } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Refused } from './Changed.tsx';
import { whoWords } from './History.tsx';
import { useWriting, type Work } from './writing.ts';

/** What people wrote down about the case. Plain text: whatever looks like markup is shown as it is. */
export function Notes({ work }: { work: Work }) {
  const { one } = work;
  return (
    <section class="sheet" aria-labelledby="notes-title">
      <h2 id="notes-title">{t('console.cases.notes')}</h2>
      {one.notes.length === 0 ? <p class="hint">{t('console.cases.notes_none')}</p> : null}
      <ul class="notes">
        {one.notes.map(({ id, at, who, text }) => (
          <li key={id}>
            <p class="hint">
              {timeWords(at)} · {whoWords(who)}
            </p>
            <p class="written">{text}</p>
          </li>
        ))}
      </ul>
      {one.state === 'closed' ? null : <NewNote work={work} />}
    </section>
  );
}

function NewNote({ work }: { work: Work }) {
  const text = useSignal('');
  const writing = useWriting(work);
  const since = useRef(0);
  const add = async (): Promise<void> => {
    if (text.value.trim() === '' || writing.busy.value) return;
    const { id, version } = work.one;
    since.current = version;
    if (await writing.run(() => addNote(id, { version, text: text.value.trim() }))) {
      text.value = '';
      announce(t('console.cases.note_added'), 'good');
    }
  };
  return (
    <form
      class="new-note"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Refused work={work} error={writing.error.value} since={since.current} typed />
      <Field label={t('console.cases.note_new')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            maxLength={10_000}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <div class="actions">
        <Button type="submit" busy={writing.busy.value} disabled={text.value.trim() === ''}>
          {t('console.cases.note_add')}
        </Button>
      </div>
    </form>
  );
}
