import { ErrorBox, Note, sizeWords, WarningIcon } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { FileTrouble } from './content.ts';

/** What went wrong with a file or at the daemon. */
export function Trouble({ error }: { error: unknown }) {
  if (!(error instanceof FileTrouble)) return <ErrorBox error={error} />;
  const { kind, file, limit } = error;
  return (
    <div role="alert">
      <Note tone="bad" icon={WarningIcon}>
        <p>{t(`console.sign.${kind}`, { name: file.name, size: sizeWords(limit) })}</p>
      </Note>
    </div>
  );
}
