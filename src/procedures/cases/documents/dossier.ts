import { type Language, translator } from '../../../messages/index.ts';
import { render } from '../../view.ts';
import type { CaseDocumentInput } from '../record.ts';
import { writeAbout } from './about.ts';
import { writeWarning } from './blocks.ts';
import { writeChecklist } from './checklist.ts';
import { postStep } from './facts.ts';
import { writeLabel } from './label.ts';
import { issuerLanguage } from './language.ts';
import { writeLetter, writeSheet } from './letter.ts';
import { Paper } from './paper.ts';
import { oneLine } from './plain.ts';
import { writeSteps } from './steps.ts';

/**
 * The papers of a case as a tagged A4 PDF: letter (with a copy in the person's language where the issuer reads another one) or,
 * where nothing is posted, a sheet with the details; checklist; steps; address label; contacts, risks and sources. At most
 * 79 pages, whatever is in the case. The same input gives the same bytes.
 */
export async function makeDossier(input: CaseDocumentInput, language: Language): Promise<Buffer> {
  const { default: PDFDocument } = await import('pdfkit');
  const t = translator(language);
  const title = t('dossier.title', { title: input.procedure.title[language] });
  const moment = new Date(input.now);
  const made = Number.isNaN(moment.getTime()) ? new Date(0) : moment;
  const view = render(input.procedure, language, made);
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    pdfVersion: '1.7',
    tagged: true,
    lang: language,
    displayTitle: true,
    autoFirstPage: false,
    bufferPages: true,
    info: {
      Title: metadata(title),
      Author: metadata(input.holder.name) || 'Signet',
      Subject: metadata(input.id),
      Creator: 'Signet',
      Producer: 'PDFKit',
      CreationDate: made,
      ModDate: made,
    },
  });
  const bytes = collected(doc);
  const paper = new Paper(doc);
  const posted = postStep(input) !== null;
  const own = issuerLanguage(input.procedure.country, language);
  const part = (name: string, pages: number, written: Language, write: () => void): void =>
    paper.part(name, { pages, cut: t('dossier.cut'), language: written }, write);
  if (posted) part(t('dossier.letter.heading'), 16, own, () => writeLetter(paper, input, own, true));
  else part(t('dossier.sheet.heading'), 8, language, () => writeSheet(paper, input, language));
  if (posted && own !== language)
    part(t('dossier.letter.copy'), 16, language, () => {
      writeWarning(paper, `${t('dossier.letter.copy')}. ${t('dossier.letter.keep')}`);
      writeLetter(paper, input, language, false);
    });
  part(t('dossier.check.heading'), 8, language, () => writeChecklist(paper, input, view, language));
  part(t('dossier.steps.heading'), 24, language, () => writeSteps(paper, input, view, language));
  if (posted) part(t('dossier.stick.heading'), 3, language, () => writeLabel(paper, input, language));
  part(t('dossier.about.heading'), 12, language, () => writeAbout(paper, view, language));
  paper.finish(`${oneLine(input.id, 60)} · ${t('dossier.program')}`, (page, pages) => t('dossier.page', { page, pages }));
  doc.end();
  return await bytes;
}

async function collected(doc: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of doc) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The library writes these into XML as they are. */
function metadata(text: string): string {
  return oneLine(text, 300).replaceAll('&', '＆').replaceAll('<', '‹').replaceAll('>', '›');
}
