import { howSure, type Language, type Translate, triesLeft } from '../messages/index.ts';
import { plain, shownOrigin } from './plain.ts';
import type { Act, Asker, CertificateCard, DocumentCard, QuestionOf, TokenCard, TriesCard, WayOut } from './question.ts';

/** How much of what strangers and tokens name is shown: columns of one name, and documents of a batch. */
export interface Room {
  columns: number;
  documents: number;
}

export const AMPLE: Room = { columns: 56, documents: 4 };

/** A way out is a sentence or two of ours or of the organisation's own procedures. */
const WAY_OUT_COLUMNS = 300;

/** Texts in one language and as much of names as there is room for. */
export interface Pen {
  t: Translate;
  language: Language;
  room: Room;
}

/** Who asks, on a line of its own; a site by its origin in full. */
export function askerLine({ kind, name }: Asker): string {
  return kind === 'site' ? shownOrigin(name) : plain(name, AMPLE.columns);
}

/** Says who asks for what; the asker is the second line. */
export function askingLines(asker: Asker, wish: string, { t }: Pen, count = 1): string[] {
  return [t(`prompt.${asker.kind}.${wish}`, { count }), askerLine(asker)];
}

/** What the texts of an act are called by: `batch` when several documents are to be signed. */
export function wishOf(act: Act): 'login' | 'authenticate' | 'sign' | 'batch' {
  return act.kind === 'sign' && act.count > 1 ? 'batch' : act.kind;
}

/** What would be signed: the document, or how many there are and the first of them. Nothing for a login. */
export function documentLines(act: Act, { t, room }: Pen): string[] {
  if (act.kind !== 'sign') return [];
  const { documents, count } = act;
  if (count <= 1)
    return documents.slice(0, 1).flatMap((each) => [nameOf(each, room.columns, t), plain(each.digest, AMPLE.columns)]);
  const shown = documents.slice(0, room.documents);
  if (shown.length === 0) return [t('prompt.batch_none', { count })];
  const head =
    shown.length === count ? t('prompt.batch_all', { count }) : t('prompt.batch_first', { shown: shown.length, count });
  return [head, ...shown.map((each) => batchLine(each, Math.floor(room.columns / 2), t))];
}

/** The certificate by holder, issuer and dates; with its token where the question does not name that anyway. */
export function certificateLines(card: CertificateCard, pen: Pen, nth?: { number: number; count: number }): string[] {
  const { holder: name, issuer, notBefore, notAfter, valid } = card;
  const { t, room, language } = pen;
  const holder = plain(name, room.columns);
  const early = !valid && Date.parse(notBefore) > Date.now();
  const params = { issuer: plain(issuer, room.columns), date: day(early ? notBefore : notAfter, language) };
  return [
    nth === undefined ? t('prompt.certificate', { holder }) : t('prompt.nth', { ...nth, holder }),
    t(valid ? 'prompt.until' : early ? 'prompt.early' : 'prompt.expired', params),
  ];
}

/** What the asker says about the file that it wants, marked as its own words, and the kinds of file. */
export function saysLines({ title, description, extensions }: QuestionOf<'load'>, { t, room }: Pen): string[] {
  const said = [title, description].map((text) => plain(text, room.columns)).filter((text) => text !== '');
  const kinds = plain(extensions.join(', '), room.columns);
  return [
    ...[...new Set(said)].map((text) => t('prompt.says', { text })),
    ...(kinds === '' ? [] : [t('prompt.kinds', { list: kinds })]),
  ];
}

/** A file that is to be saved: name, size, digest. */
export function fileLines({ name, size, digest }: QuestionOf<'save'>, { t, room, language }: Pen): string[] {
  return [
    nameOf({ name, digest }, room.columns, t),
    t('prompt.size', { size: sizeText(size, language) }),
    plain(digest, AMPLE.columns),
  ];
}

/** Bytes for people, in steps of a thousand. */
function sizeText(bytes: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte'] as const;
  const step = Math.min(bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const form = { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: step === 0 ? 'long' : 'short' } as const;
  return new Intl.NumberFormat(language, { ...form, maximumFractionDigits: 1 }).format(bytes / 1_000 ** step);
}

/** The token by its label and where it is plugged in. */
export function tokenLine({ label, reader }: TokenCard, { t, room }: Pen): string {
  const columns = Math.floor(room.columns * 0.6);
  return t('prompt.token', { label: plain(label, columns), reader: plain(reader, columns) });
}

/** How many tries are left and how sure that is. */
export function triesLine(tries: TriesCard, { t }: Pen): string {
  return t('prompt.tries', { left: triesLeft(tries, t), sure: howSure(tries, t) });
}

/** What the issuer lets one do, and where it is written step by step. */
export function wayOutLines(wayOut: WayOut | null, { t, room }: Pen): string[] {
  if (wayOut === null) return [t('prompt.way_out_none')];
  const said = t('prompt.way_out', { text: plain(wayOut.text, Math.min(WAY_OUT_COLUMNS, room.columns * 5)) });
  return wayOut.procedureId === null
    ? [said]
    : [said, t('prompt.way_out_steps', { id: plain(wayOut.procedureId, AMPLE.columns) })];
}

/** A day in the person's manner of writing; day first in English as well, so that it is not taken for a month. */
function day(iso: string, language: Language): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return plain(iso, AMPLE.columns);
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long' }).format(moment);
}

function nameOf({ name }: DocumentCard, columns: number, t: Translate): string {
  const shown = plain(name ?? '', columns);
  return shown === '' ? t('prompt.document_unnamed') : t('prompt.document', { name: shown });
}

function batchLine(document: DocumentCard, columns: number, t: Translate): string {
  const name = plain(document.name ?? '', columns) || t('prompt.document_unnamed');
  return t('prompt.batch_one', { name, digest: plain(document.digest, AMPLE.columns) });
}
