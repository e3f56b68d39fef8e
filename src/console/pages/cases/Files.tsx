import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CaseFile } from '../../../client/types.ts';
import { attachFile, removeFile } from '../../api/cases.ts';
import { fetchFile } from '../../api/download.ts';
import { path } from '../../api/request.ts';
import {
  DownloadIcon,
  dateWords,
  FileDrop,
  Note,
  Spinner,
  sizeWords,
  Table,
  TrashIcon,
  WarningIcon,
  wordsOf,
} from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Refused } from './Changed.tsx';
import { FormDialog } from './FormDialog.tsx';
import { useWriting, type Work } from './writing.ts';

/** What one file may weigh, in bytes, as the daemon has it. */
const LARGEST = 10 * 1024 * 1024;
/** The same as it is told to people: a round figure that is never too much. */
const SAID = 10_000_000;
const ACCEPTED = '.pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.odt,.docx,.txt,.eml,.p7m,.p7s,.p7b,.cer,.crt,.pem';

/** The files of the case: drop, list, save, remove. */
export function Files({ work }: { work: Work }) {
  const { one } = work;
  return (
    <section class="sheet" aria-labelledby="files-title">
      <h2 id="files-title" tabIndex={-1}>
        {t('console.cases.files')}
      </h2>
      <p>{t('console.cases.files_lead')}</p>
      {one.state === 'closed' ? null : <Attach work={work} />}
      {one.files.length === 0 ? (
        <p class="hint">{t('console.cases.files_none')}</p>
      ) : (
        <Table
          caption={t('console.cases.files')}
          keyOf={({ id }) => id}
          rows={one.files}
          columns={[
            { key: 'name', title: t('console.cases.file_name'), cell: ({ name }) => name },
            { key: 'size', title: t('console.cases.file_size'), cell: ({ size }) => sizeWords(size), number: true },
            { key: 'at', title: t('console.cases.file_added'), cell: ({ addedAt }) => dateWords(addedAt) },
            { key: 'do', title: t('console.cases.file_do'), cell: (file) => <FileActions work={work} file={file} /> },
          ]}
        />
      )}
    </section>
  );
}

function Attach({ work }: { work: Work }) {
  const writing = useWriting(work);
  const trouble = useSignal<string | null>(null);
  const name = useSignal('');
  const since = useRef(0);
  const attach = async (file: File): Promise<void> => {
    if (writing.busy.value) return;
    name.value = file.name;
    since.current = work.one.version;
    writing.error.value = undefined;
    trouble.value =
      file.size > LARGEST
        ? t('console.cases.files_large', { name: file.name, size: sizeWords(SAID) })
        : file.size === 0
          ? t('console.cases.files_empty', { name: file.name })
          : null;
    if (trouble.value !== null) return;
    const { id, version } = work.one;
    const taken = await writing.run(async () => {
      const { file: made } = await attachFile(id, version, file);
      name.value = made.name;
      return null;
    });
    if (taken) announce(t('console.cases.attached', { name: name.value }), 'good');
    else if (writing.error.value instanceof DOMException) {
      writing.error.value = undefined;
      trouble.value = t('console.cases.unreadable', { name: file.name });
    }
  };
  return (
    <>
      <FileDrop
        label={t('console.cases.files_drop')}
        hint={t('console.cases.files_hint', { size: sizeWords(SAID) })}
        accept={ACCEPTED}
        file={null}
        onFile={(file) => void attach(file)}
      />
      <div role="status">
        {writing.busy.value ? (
          <p class="working">
            <Spinner /> {t('console.cases.files_busy', { name: name.value })}
          </p>
        ) : null}
      </div>
      {trouble.value === null ? null : (
        <div role="alert">
          <Note tone="bad" icon={WarningIcon}>
            <p>{trouble.value}</p>
          </Note>
        </div>
      )}
      <Refused work={work} error={writing.error.value} since={since.current} />
    </>
  );
}

function FileActions({ work, file }: { work: Work; file: CaseFile }) {
  const removing = useSignal(false);
  const { one } = work;
  const { id, name } = file;
  const save = async (): Promise<void> => {
    try {
      await fetchFile(path`/v1/cases/${one.id}/files/${id}`, name);
    } catch (error) {
      announce(wordsOf(error).title, 'bad');
    }
  };
  return (
    <span class="row-actions">
      <button type="button" class="icon-button" aria-label={t('console.cases.file_save', { name })} onClick={() => void save()}>
        <DownloadIcon />
      </button>
      {one.state === 'closed' ? null : (
        <button
          type="button"
          class="icon-button"
          aria-label={t('console.cases.file_remove', { name })}
          onClick={() => (removing.value = true)}
        >
          <TrashIcon />
        </button>
      )}
      {removing.value ? (
        <FormDialog
          work={work}
          tone="danger"
          title={t('console.cases.remove_title')}
          save={t('console.cases.remove_do')}
          done={t('console.cases.removed', { name })}
          after="files-title"
          onSave={async (version) => {
            await removeFile(one.id, id, version);
            return null;
          }}
          onClose={() => (removing.value = false)}
        >
          <p>{t('console.cases.remove_detail', { name })}</p>
        </FormDialog>
      ) : null}
    </span>
  );
}
