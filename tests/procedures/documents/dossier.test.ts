import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../../../src/messages/index.ts';
import { makeDossier } from '../../../src/procedures/cases/documents/index.ts';
import type { CaseDocumentInput } from '../../../src/procedures/cases/record.ts';
import { nameIn, type Texts } from '../../../src/procedures/index.ts';
import { NOTHING_KNOWN, sampleInput } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-dossier-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program of poppler says about a document. */
function poppler(program: string, pdf: Buffer, ...options: string[]): string {
  const file = join(folder, 'dossier.pdf');
  writeFileSync(file, pdf);
  const { stdout, stderr, status } = spawnSync(program, [...options, file, ...(program === 'pdftotext' ? ['-'] : [])]);
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return stdout.toString();
}

const flat = (text: string): string => text.replace(/\s+/g, ' ');
const wordsOf = (pdf: Buffer): string => flat(poppler('pdftotext', pdf, '-raw', '-enc', 'UTF-8'));
const pagesOf = (pdf: Buffer): number => Number(/Pages:\s+(\d+)/.exec(poppler('pdfinfo', pdf))?.[1]);

/** Every text of a procedure that somebody has to be told. */
function told({ procedure }: CaseDocumentInput, language: Language): string[] {
  const texts: (Texts | null)[] = [procedure.title, ...procedure.summary, ...procedure.risks, ...procedure.cautions];
  for (const { action, details, needs, waitsFor, notBefore, onlyIf } of procedure.steps)
    texts.push(action, ...details, ...needs.map(({ text }) => text), waitsFor?.text ?? null, notBefore, onlyIf);
  texts.push(procedure.fee?.note ?? null, procedure.turnaround, procedure.validity, procedure.renewalWindow?.note ?? null);
  const notes = [...procedure.contacts, ...procedure.sources].map(({ note }) => note);
  const plain = procedure.contacts.flatMap(({ name, email, phone, address, url }) => [
    nameIn(name, language),
    email,
    phone,
    url,
    ...(address ?? []),
  ]);
  const said = [...texts, ...notes].flatMap((text) => (text === null ? [] : [text[language]]));
  return [...said, ...plain, ...procedure.sources.flatMap(({ title, url }) => [title, url])].filter((text) => text !== null);
}

const SEEDS = [
  'certigna.unblock',
  'camerfirma-alcorcon.obtain',
  'camerfirma-alcorcon.renew',
  'camerfirma-alcorcon.revoke',
] as const;

describe.each(SEEDS)('the papers for %s', (id) => {
  it.each(LANGUAGES)('tell every fact of the procedure in %s', async (language) => {
    const input = sampleInput(id);
    // A phrase may begin a line there.
    const words = wordsOf(await makeDossier(input, language)).toLowerCase();
    for (const text of told(input, language)) expect(words).toContain(flat(text).toLowerCase());
  });

  it.each(LANGUAGES)('are tagged, titled and have their fonts with them in %s', async (language) => {
    const pdf = await makeDossier(sampleInput(id), language);
    const info = poppler('pdfinfo', pdf);
    expect(info).toMatch(/Tagged:\s+yes/);
    expect(info).toMatch(/Page size:.*A4/);
    expect(info).toMatch(/Author:\s+Jeanne Müller-Dvořáková/);
    expect(info).toContain(sampleInput(id).procedure.title[language]);
    expect(pdf.toString('latin1')).toContain(`/Lang (${language})`);
    expect(pdf.toString('latin1')).toContain('/DisplayDocTitle true');
    const fonts = poppler('pdffonts', pdf).trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThan(0);
    for (const font of fonts) expect(font).toMatch(/DejaVuSans.*yes yes yes/);
    const structure = poppler('pdfinfo', pdf, '-struct');
    for (const type of ['Sect', 'H1', 'H2', 'L', 'LI', 'Lbl', 'LBody', 'Table', 'TR', 'TH', 'TD', 'P'])
      expect(structure, type).toMatch(new RegExp(`^\\s*${type}\\b`, 'm'));
    expect(pagesOf(pdf)).toBeLessThanOrEqual(7);
  });
});

describe('the Certigna papers', () => {
  it.each([
    ['en', ['€60.00', 'August 2018', 'Done on 3 November 2026', 'The letter in English', 'Page 1 of 6', 'Not too early']],
    ['fr', ['60,00 €', 'août 2018', 'Fait le 3 novembre 2026', 'À mettre dans l’enveloppe', 'Page 1 sur 5', 'Pas trop tôt']],
    [
      'es',
      [
        '60,00 €',
        'agosto de 2018',
        'Hecho el 3 de noviembre de 2026',
        'La carta en español',
        'Página 1 de 6',
        'No antes de tiempo',
      ],
    ],
  ] as const)('in %s name fee, dates and the state of each step', async (language, facts) => {
    const words = wordsOf(await makeDossier(sampleInput('certigna.unblock'), language));
    for (const fact of facts) expect(words).toContain(fact);
  });

  it.each(LANGUAGES)('have a letter in French with the data filled in, asked for in %s', async (language) => {
    const pdf = await makeDossier(sampleInput('certigna.unblock'), language);
    const letter = flat(poppler('pdftotext', pdf, '-raw', '-f', '1', '-l', '1'));
    for (const fact of [
      'Objet : Demande de déblocage d’une carte ou d’une clé',
      'DHIMYOTIS Service déblocage 20 allée de la râperie 59650 VILLENEUVE',
      'Jeanne Müller-Dvořáková Mairie d’Orléans 1 place de l’Étape 45000 Orléans jeanne@example.org +33 2 38 00 00 00',
      'Le 22 novembre 2026',
      'RGS Jeanne',
      '2504001A7F33',
      'Gemalto IDPrime MD 840',
      'CN=Jeanne Müller-Dvořáková, O=Mairie d’Orléans, C=FR',
      '5f3a9100c4',
      '31 mars 2027',
      '7KM-4QXB',
      'CMD-1188',
      '3 novembre 2026, CTG-4471',
      'Signature',
    ])
      expect(letter).toContain(fact.replaceAll('\u00a0', ' '));
  });

  it('leave room to write where nothing is known, and label it', async () => {
    const words = wordsOf(await makeDossier(sampleInput('certigna.unblock', NOTHING_KNOWN), 'fr'));
    for (const label of ['Nom :', 'Adresse :', 'Téléphone :', 'Carte ou clé', 'N° de série du support', 'Expéditeur :'])
      expect(words).toContain(label);
    expect(words).not.toMatch(/undefined|null|NaN|\[object/);
  });
});

describe('the papers of a case in which nothing is posted', () => {
  it('begin with a sheet for the appointment and have no label', async () => {
    const words = wordsOf(await makeDossier(sampleInput('camerfirma-alcorcon.obtain', NOTHING_KNOWN), 'es'));
    expect(words).toContain('Sus datos en una página');
    expect(words).toContain('Plaza de Los Reyes de España, s/n');
    expect(words).not.toContain('Etiqueta con la dirección');
  });
});

describe('whatever is in a case', () => {
  it('gives the same bytes for the same input, and others for another moment', async () => {
    const input = sampleInput('certigna.unblock');
    const first = await makeDossier(input, 'en');
    expect(await makeDossier(input, 'en')).toEqual(first);
    expect(await makeDossier({ ...input, now: '2026-11-23T12:00:00.000Z' }, 'en')).not.toEqual(first);
  });

  it('shows the names of Europe as they are, and what the font lacks as a mark', async () => {
    const names = ['Žofie Šťastná', 'Ελένη Παπαδοπούλου', 'Людмила Жукова', 'Þórður Ægisson', 'Nguyễn Thị Hồng'];
    for (const name of names) {
      const holder = { name, organisation: '張偉', address: [], email: '', phone: '' };
      const pdf = await makeDossier(sampleInput('certigna.unblock', { holder }), 'en');
      expect(wordsOf(pdf)).toContain(name);
      expect(wordsOf(pdf)).toContain('\ufffd\ufffd');
      expect(poppler('pdfinfo', pdf)).toContain(name);
    }
  });

  it('keeps words apart in a line that is read from both sides', async () => {
    const holder = { name: 'Levi שלום עולם Omega', organisation: '', address: [], email: '', phone: '' };
    const pdf = await makeDossier(sampleInput('certigna.unblock', { holder }), 'en');
    // As they stand on paper from the left.
    expect(wordsOf(pdf).replace(/[\u202a-\u202e]/g, '')).toContain('Levi עולם שלום Omega');
  });

  it('does not let text become structure of the file', async () => {
    const name = 'Dupont & Fils <script>) /JavaScript (x) Tj ET endstream';
    const holder = { name, organisation: ')(\\', address: ['</rdf:li>'], email: '', phone: '' };
    const pdf = await makeDossier(sampleInput('certigna.unblock', { holder }), 'fr');
    expect(wordsOf(pdf)).toContain(name);
    expect(poppler('pdfinfo', pdf)).toMatch(/JavaScript:\s+no/);
    const xml = poppler('pdfinfo', pdf, '-meta');
    expect(xml.replace(/<\/?[\w:]+(?: [\w:]+="[^"]*")*\/?>|<\?xpacket[^>]*\?>/g, '')).not.toMatch(/[<>&]/);
  });

  it('stays bounded in pages and time, wraps what is long and says what it leaves out', async () => {
    const input = sampleInput('certigna.unblock');
    const [step] = input.procedure.steps;
    const contacts = input.procedure.contacts.map((contact) => ({
      ...contact,
      address: Array.from({ length: 200 }, (_, line) => `Line ${line} of an address`),
    }));
    const steps = Array.from({ length: 1000 }, (_, n) => ({
      ...(step as NonNullable<typeof step>),
      id: `s${n}`,
      after: n === 0 ? [] : [`s${n - 1}`],
      channel: n === 1 ? ('post' as const) : ('email' as const),
    }));
    const wild: CaseDocumentInput = {
      ...input,
      procedure: { ...input.procedure, steps, contacts },
      holder: {
        name: 'a'.repeat(5000),
        organisation: '\u202eevil\u0000\u0007\ud800 \u{1f600} שלום עולם مرحبا '.repeat(100),
        address: Array.from({ length: 200 }, (_, line) => `Street ${line}`),
        email: 'x\r\n'.repeat(500),
        phone: '́'.repeat(5000),
      },
      token: {
        id: 't',
        label: 'W'.repeat(5000),
        serial: '1 '.repeat(5000),
        manufacturer: '\ufdfa'.repeat(5000),
        model: '\t'.repeat(9),
      },
      steps: steps.map(({ id }) => ({
        id,
        mark: 'open',
        doneAt: 'x',
        waitingSince: null,
        note: 'no te\n'.repeat(2000),
        reference: 'r'.repeat(900),
      })),
      states: {},
      references: Array.from({ length: 500 }, () => 'ref'.repeat(100)),
    };
    await makeDossier(input, 'es');
    const start = performance.now();
    const pdf = await makeDossier(wild, 'es');
    expect(performance.now() - start).toBeLessThan(4000);
    expect(pagesOf(pdf)).toBeLessThanOrEqual(79);
    const words = wordsOf(pdf);
    expect(words).toContain('El resto de este texto está en Signet.');
    expect(words).toContain('De dónde sale esta información');
    const letter = poppler('pdftotext', pdf, '-raw', '-f', '1', '-l', '3');
    expect(letter.replaceAll('\f', '').match(/^a+$/gm)?.join('').length).toBe(5000);
    // Nothing stands beyond the margins.
    const boxes = poppler('pdftotext', pdf, '-bbox', '-f', '1', '-l', '20');
    for (const [, right] of boxes.matchAll(/xMax="([\d.]+)"/g)) expect(Number(right)).toBeLessThanOrEqual(595.3 - 50);
  });
});
