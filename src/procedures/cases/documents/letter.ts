import { type Language, translator } from '../../../messages/index.ts';
import { nameIn } from '../../name.ts';
import type { CaseDocumentInput } from '../record.ts';
import { writeBlank, writeHeading, writeList, writeRows } from './blocks.ts';
import { holderRows, objectRows, postStep, type Row, referenceRows } from './facts.ts';
import { showDate, showDay } from './language.ts';
import type { Paper } from './paper.ts';
import { oneLine, plainLines } from './plain.ts';

const RIGHT = 306;

/**
 * The letter that goes with what is posted, in one language: blocks of addresses, subject, data, enclosures, and where it is
 * `signed`, not only read, the place for that.
 */
export function writeLetter(paper: Paper, input: CaseDocumentInput, language: Language, signed: boolean): void {
  const t = translator(language);
  const post = postStep(input);
  const { name } = input.holder;
  writeSender(paper, input, language);
  paper.y = Math.max(paper.y + 12, 150);
  const right = { x: RIGHT, width: paper.left + paper.width - RIGHT, size: 11 };
  const address = addressOf(input, language);
  for (const line of address.lines) paper.text('P', line, right);
  if (!address.whole) for (let line = 0; line < 3; line += 1) writeBlank(paper, '', { ...right, after: 6 });
  paper.y += 16;
  paper.ensure(200);
  const half = { width: RIGHT - paper.left - 24 };
  const top = paper.y;
  if (signed) writeBlank(paper, t('dossier.letter.place'), half);
  paper.y = top;
  paper.text('P', t('dossier.letter.date', { date: showDay(input.now, language) }), { x: RIGHT, after: 16 });
  paper.text('H1', t('dossier.letter.subject', { subject: t(`dossier.request.${input.purpose}.subject`) }), {
    bold: true,
    size: 11.5,
    after: 12,
  });
  paper.text('P', t('dossier.greeting'), { after: 8 });
  paper.text('P', t(`dossier.request.${input.purpose}.body`), { after: 10 });
  writeRows(paper, [...objectRows(input, t, language), ...referenceRows(input, t), ...approval(input, language)]);
  const needs = post?.step.needs.filter(({ kind }) => kind !== 'packaging') ?? [];
  if (needs.length > 0) {
    paper.text('P', t('dossier.letter.enclosed'), { after: 4 });
    writeList(
      paper,
      needs.map(({ text }) => text[language]),
      '–',
    );
  }
  paper.ensure(signed ? 100 : 20);
  paper.text('P', t('dossier.closing'), { after: 8 });
  if (!signed) return;
  paper.text('P', t('dossier.letter.signature'), { colour: '#57606a', x: RIGHT, after: 34, width: right.width });
  writeBlank(paper, '', { x: RIGHT, width: right.width, after: 4 });
  paper.text('P', oneLine(name), { x: RIGHT, width: right.width });
}

/** The holder's own block; what nobody has said is a line to fill in. */
function writeSender(paper: Paper, input: CaseDocumentInput, language: Language): void {
  const t = translator(language);
  const width = RIGHT - paper.left - 24;
  const organisation = t('dossier.field.organisation');
  for (const row of holderRows(input, t)) {
    if (row.value === '' && row.label === organisation) continue;
    const lines = row.lines?.length ? row.lines : [row.value];
    if (row.value === '') writeBlank(paper, label(row.label, t), { width, after: 5 });
    else for (const line of lines) paper.text('P', line, { width, bold: row.value === oneLine(input.holder.name) });
  }
}

/** The lines of an envelope, and whether they are an address or only a name, which is said in the language. */
export function addressOf(input: CaseDocumentInput, language: Language): { lines: string[]; whole: boolean } {
  const contact = postStep(input)?.contact ?? null;
  const lines = (contact?.address ?? []).flatMap((line) => plainLines(line));
  return lines.length > 0
    ? { lines: lines.slice(0, 400), whole: true }
    : { lines: [oneLine(nameIn(contact?.name ?? input.procedure.issuer, language))], whole: false };
}

/** When the issuer said yes, for a parcel that must not come before that: blank until it has. */
function approval(input: CaseDocumentInput, language: Language): Row[] {
  const t = translator(language);
  const before = postStep(input)?.step.after ?? [];
  const waited = input.procedure.steps.find(({ id, waitsFor }) => waitsFor?.from === 'issuer' && before.includes(id));
  const record = input.steps.find(({ id }) => id === waited?.id);
  if (waited === undefined) return [];
  const date = record?.doneAt == null ? '' : showDate(record.doneAt, language);
  const value = [date, oneLine(record?.reference ?? '', 300)].filter((part) => part !== '').join(', ');
  return [{ label: t('dossier.field.approved'), value }];
}

/** A label with the language's own colon behind it. */
export function label(text: string, t: (key: string, params: Record<string, string>) => string): string {
  return t('dossier.row', { label: text, value: '' }).trimEnd();
}

/** Where nothing is posted: everything about the case on one sheet, to fill in forms by and to take to an appointment. */
export function writeSheet(paper: Paper, input: CaseDocumentInput, language: Language): void {
  const t = translator(language);
  writeHeading(paper, 1, t('dossier.sheet.heading'));
  paper.text('P', t('dossier.sheet.intro'), { after: 10 });
  paper.text('P', input.procedure.title[language], { bold: true, after: 8 });
  writeRows(paper, [...holderRows(input, t), ...objectRows(input, t, language), ...referenceRows(input, t)]);
  for (const step of input.procedure.steps.filter(({ channel }) => channel === 'in_person')) {
    const contact = input.procedure.contacts.find(({ id }) => id === step.contact);
    const lines = [nameIn(contact?.name ?? '', language), ...(contact?.address ?? [])].flatMap((line) => plainLines(line));
    writeHeading(paper, 2, t('dossier.sheet.appointment'));
    paper.text('P', step.action[language], { after: 8 });
    writeRows(paper, [
      { label: t('dossier.sheet.day'), value: '' },
      { label: t('dossier.sheet.where'), value: lines.join(', '), lines },
    ]);
    if (paper.full) return;
  }
}
