import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button, Note, sizeWords, WarningIcon } from '../components/index.ts';
import { base64 } from '../pages/sign/content.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { Words } from './Words.tsx';

/** Files that the person picks for whoever asks. Nothing is read before the person hands them over. */
export function Load({ prompt, question, held, busy, answer, refuse }: Asking & { question: QuestionOf<'load'> }) {
  const { limits, extensions, multiple } = question;
  const id = useId();
  const files = useSignal<readonly File[]>([]);
  const reading = useSignal(false);
  const trouble = useSignal('');
  const most = { count: limits.files, size: sizeWords(limits.bytes) };
  const add = (list: FileList | null | undefined): void => {
    const next = multiple ? [...files.value, ...(list ?? [])] : [...(list ?? [])].slice(0, 1);
    if (next.length === 0) return;
    const bytes = next.reduce((sum, { size }) => sum + size, 0);
    const fits = next.length <= limits.files && bytes <= limits.bytes;
    trouble.value = fits ? '' : t('console.prompt.load_too_large', most);
    if (fits) files.value = next;
  };
  const hand = async (): Promise<void> => {
    reading.value = true;
    trouble.value = '';
    const read: { name: string; data: string }[] = [];
    for (const file of files.value) {
      try {
        read.push({ name: file.name, data: base64(new Uint8Array(await file.arrayBuffer())) });
      } catch {
        trouble.value = t('console.prompt.load_unreadable', { name: file.name });
      }
    }
    reading.value = false;
    if (trouble.value === '') await answer({ kind: 'load', files: read });
  };
  return (
    <>
      <Words prompt={prompt} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way; the input inside is the one for everybody */}
      <div
        class={`drop ${files.value.length === 0 ? '' : 'full'}`}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          add(event.dataTransfer?.files);
        }}
      >
        <div class="drop-words">
          <label for={id} class="drop-label">
            {t(multiple ? 'console.prompt.load_label_many' : 'console.prompt.load_label')}
          </label>
          <p class="drop-file">{t(multiple ? 'console.prompt.load_hint_many' : 'console.prompt.load_hint', most)}</p>
        </div>
        <span class="button plain drop-button" aria-hidden="true">
          {t(files.value.length === 0 || multiple ? 'console.file.choose' : 'console.file.other')}
        </span>
        <input
          id={id}
          type="file"
          multiple={multiple}
          accept={extensions.map((each) => `.${each}`).join(',')}
          onChange={(event) => {
            add(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {files.value.length === 0 ? null : (
        <ul class="prompt-files">
          {files.value.map((file, n) => (
            <li key={`${n} ${file.name}`}>
              <span>{`${file.name} · ${sizeWords(file.size)}`}</span>
              <Button
                tone="quiet"
                aria-label={t('console.prompt.load_remove', { name: file.name })}
                onClick={() => {
                  files.value = files.value.filter((each) => each !== file);
                }}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
      {trouble.value === '' ? null : (
        <Note tone="warn" icon={WarningIcon}>
          <p>{trouble.value}</p>
        </Note>
      )}
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        <Button
          tone="primary"
          disabled={(held && !busy) || files.value.length === 0}
          busy={busy || reading.value}
          onClick={() => void hand()}
        >
          {prompt.words.ok}
        </Button>
      </div>
    </>
  );
}
