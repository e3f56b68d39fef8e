import { type Language, translator } from '../../../messages/index.ts';
import type { ContactView, ProcedureView } from '../../view.ts';
import { writeHeading, writeList, writeRows, writeWarning } from './blocks.ts';
import type { Row } from './facts.ts';
import { FAINT, type Paper } from './paper.ts';
import { plainLines, sentence } from './plain.ts';

/** What else is known of the procedure: what it is about, contacts, risks, open points, and where all of it comes from. */
export function writeAbout(paper: Paper, view: ProcedureView, language: Language): void {
  const t = translator(language);
  const heading = (key: string): void => writeHeading(paper, 2, t(`dossier.about.${key}`));
  writeHeading(paper, 1, t('dossier.about.heading'));
  if (view.age !== null) writeWarning(paper, view.age);
  heading('summary');
  for (const text of view.summary) paper.text('P', text, { after: 3 });
  paper.text('P', view.pathwayText, { after: 3 });
  paper.text('P', view.programmeText ?? '', { after: 3 });
  const facts = view.facts.filter(({ key }) => key !== 'fee');
  if (facts.length > 0) {
    heading('facts');
    writeRows(
      paper,
      facts.map((fact) => ({ label: fact.label, value: sentence(fact.text) })),
    );
  }
  for (const key of ['risks', 'cautions'] as const) {
    if (view[key].length === 0) continue;
    heading(key);
    writeList(paper, view[key], '•');
  }
  if (view.contacts.length > 0) heading('contacts');
  for (const contact of view.contacts) {
    if (paper.full) return;
    paper.ensure(60);
    paper.text('P', contact.name, { bold: true, after: 3 });
    const rows = contactRows(contact, language);
    if (rows.length > 0) writeRows(paper, rows);
    else for (const line of contact.lines) paper.text('P', sentence(line), { after: 6 });
    paper.text('P', rows.length > 0 ? (contact.note ?? '') : '', { size: 9.5, after: 8 });
  }
  if (view.sources.length > 0) heading('sources');
  for (const { title, dates, url, note } of view.sources) {
    if (paper.full) return;
    paper.ensure(44);
    paper.text('P', `${title} (${dates})`, { size: 9.5 });
    paper.text('P', url ?? '', { size: 8.5, colour: FAINT });
    paper.text('P', note ?? '', { size: 9.5 });
    paper.y += 5;
  }
  paper.y += 4;
  paper.ensure(50);
  paper.text('P', view.confidenceText, { bold: true, after: 3 });
  paper.text('P', view.verifiedText);
}

function contactRows(contact: ContactView, language: Language): Row[] {
  const t = translator(language);
  const lines = (contact.address ?? []).flatMap((line) => plainLines(line));
  return [
    { label: t('dossier.field.email'), value: contact.email ?? '' },
    { label: t('dossier.field.phone'), value: contact.phone ?? '' },
    { label: t('dossier.field.address'), value: lines.join(', '), lines },
    { label: t('dossier.about.web'), value: contact.url ?? '' },
  ].filter(({ value }) => value !== '');
}
