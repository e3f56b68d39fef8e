import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { t } from '../state/language.ts';
import { FileIcon } from './icons.tsx';

/** A place to drop a file on, which is also a button that chooses one. */
export function FileDrop({
  label,
  hint,
  accept,
  file,
  onFile,
}: {
  label: string;
  hint?: string;
  accept?: string;
  file: File | null;
  onFile: (file: File) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const over = useSignal(false);
  const id = useId();
  const take = (files: FileList | null | undefined): void => {
    const first = files?.[0];
    if (first !== undefined) onFile(first);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way; the input inside is the one for everybody
    <div
      class={`drop ${over.value ? 'over' : ''} ${file === null ? '' : 'full'}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        take(event.dataTransfer?.files);
      }}
    >
      <FileIcon class="large" />
      <div class="drop-words">
        <label for={id} class="drop-label">
          {label}
        </label>
        <p class="drop-file">{file === null ? (hint ?? '') : `${file.name} · ${sizeWords(file.size)}`}</p>
      </div>
      <span class="button plain drop-button" aria-hidden="true">
        {t(file === null ? 'console.file.choose' : 'console.file.other')}
      </span>
      <input
        ref={input}
        id={id}
        type="file"
        accept={accept}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

/** A size for people: "1.2 MB". */
export function sizeWords(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** step);
}
