import { createHash } from 'node:crypto';
import { SignetError } from '../../errors/index.ts';
import { isDay } from './day.ts';
import { cleanName, freeName } from './file-name.ts';
import { fileKind } from './file-type.ts';
import { MAX_FILE, MAX_FILES, MAX_FILES_SIZE, MAX_NOTE, MAX_NOTES } from './limits.ts';
import type { CaseFile, CaseRecord } from './record.ts';
import { missingBefore } from './steps.ts';

/**
 * A case out of a file, held to the same rules as one made here: files are looked at again and named again, history counts from
 * one, steps are those of its procedure. Throws `case_import_invalid`, `case_file_type` and `case_full`.
 */
export async function checkedImport(record: CaseRecord): Promise<CaseRecord> {
  const { procedure, steps, notes, history } = record;
  const own = procedure.steps.map(({ id }) => id);
  const known = new Set(own);
  const sound =
    isWalked(record) &&
    (record.state === 'closed') === (record.outcome !== null) &&
    own.length === known.size &&
    steps.length === own.length &&
    steps.every(({ id }, index) => id === own[index]) &&
    record.files.every(({ stepId }) => stepId === null || known.has(stepId)) &&
    procedure.steps.every(({ after }) => after.every((id) => known.has(id))) &&
    procedure.purpose === record.purpose &&
    history.length > 0 &&
    !Number.isNaN(Date.parse(record.opened.at)) &&
    notes.every(({ text }) => text.length <= MAX_NOTE);
  if (!sound) throw new SignetError('case_import_invalid', { variant: 'content' });
  if (notes.length > MAX_NOTES) throw new SignetError('case_full', { variant: 'notes' });
  return {
    ...record,
    version: history.length,
    reminderDays: Math.min(record.reminderDays, 365),
    history: history.map((entry, index) => ({ ...entry, seq: index + 1 })),
    notes: notes.map((note, index) => ({ ...note, id: index + 1 })),
    files: await checkedFiles(record.files),
  };
}

/** Whether every step is where somebody may have brought it: none begun before its turn, none without its day. */
function isWalked(record: CaseRecord): boolean {
  return record.steps.every(({ id, mark, doneAt, waitingSince }) => {
    const step = record.procedure.steps.find((each) => each.id === id);
    if (step === undefined || ![doneAt, waitingSince].every((day) => day === null || isDay(day))) return false;
    if (mark === 'open') return doneAt === null && waitingSince === null;
    if (mark === 'not_needed') return step.onlyIf !== null;
    if (mark === 'waiting' && (step.waitsFor === null || waitingSince === null)) return false;
    return (mark === 'waiting' || doneAt !== null) && missingBefore(record, step).length === 0;
  });
}

async function checkedFiles(files: readonly CaseFile[]): Promise<CaseFile[]> {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (files.length > MAX_FILES || total > MAX_FILES_SIZE || files.some(({ bytes }) => bytes.length > MAX_FILE))
    throw new SignetError('case_full', { variant: 'files' });
  const checked: CaseFile[] = [];
  for (const file of files) {
    const { type, extensions } = await fileKind(file.bytes, file.name);
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    if (file.sha256 !== sha256) throw new SignetError('case_import_invalid', { variant: 'content' });
    const taken = checked.map(({ name }) => name);
    const id =
      /^[0-9a-z]{1,32}$/.test(file.id) && checked.every((each) => each.id !== file.id) ? file.id : `f${checked.length + 1}`;
    checked.push({ ...file, id, type, size: file.bytes.length, sha256, name: freeName(cleanName(file.name, extensions), taken) });
  }
  return checked;
}

type Attached = Pick<CaseFile, 'sha256' | 'stepId'>;

/** Whether the case that is here is the one in the file and nothing has happened to it since, but for its own import. */
export function isIdentical(here: Omit<CaseRecord, 'files'> & { files: Attached[] }, file: CaseRecord): boolean {
  const essence = (one: Omit<CaseRecord, 'files'> & { files: Attached[] }) =>
    JSON.stringify([
      one.history.filter(({ what }) => what !== 'imported').map(({ at, who, what, detail }) => [at, who, what, sorted(detail)]),
      one.notes.map(({ at, text }) => [at, text]),
      one.files.map(({ sha256, stepId }) => [sha256, stepId]),
      one.steps.map(({ id, mark, doneAt, waitingSince, note, reference }) => [id, mark, doneAt, waitingSince, note, reference]),
      [one.state, one.outcome, one.language, one.reminderDays, one.references],
      [one.holder.name, one.holder.organisation, one.holder.address, one.holder.email, one.holder.phone],
      one.procedure.id,
    ]);
  return essence(here) === essence(file);
}

function sorted(detail: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
}
