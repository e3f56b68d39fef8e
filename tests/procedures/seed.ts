import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProcedures, type ProcedureView, render } from '../../src/procedures/index.ts';

/** A moment after the seeds were read, so that what they say is old. */
export const NOW = new Date('2026-11-22T12:00:00Z');

/** One line of a fact table: where it is rendered, as which words, and the seed's words that say so. */
export type Fact = readonly [place: string, text: string, ...quotes: string[]];

/** A page that a procedure was made from. */
export class Seed {
  readonly lines: string[];
  readonly text: string;

  constructor(name: string) {
    const text = readFileSync(join(import.meta.dirname, 'seeds', `${name}.txt`), 'utf8');
    this.lines = text.split('\n').map(even);
    this.text = even(text);
  }

  has(words: string): boolean {
    return this.text.includes(even(words));
  }

  /** Whether a number, address or name stands there by itself, in letters of whatever case. */
  holds(token: string): boolean {
    const quoted = token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}])${quoted}(?![\\p{L}\\p{N}])`, 'iu').test(this.text);
  }
}

/** One blank where there are blanks of any kind, and none before high punctuation, which French pages set in every way. */
export function even(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/ ([:;?!»])/g, '$1')
    .replace(/« /g, '«')
    .trim();
}

/** A shipped procedure as it is shown in French. */
export function inFrench(id: string): ProcedureView {
  const loaded = loadProcedures({ folders: [] }).procedures.get(id);
  if (loaded === undefined) throw new Error(`${id} is not shipped`);
  return render(loaded.procedure, 'fr', NOW);
}

/**
 * Every text that a procedure's file brought into its rendering, by its place. What Signet says of every procedure (labels,
 * "non publié", age, confidence) is not in the file and is left out; the choices that make it say so are in.
 */
export function placesOf(view: ProcedureView): Map<string, string> {
  const places = new Map<string, string>();
  const put = (place: string, text: string | number | null): void => {
    if (text !== null) places.set(place, even(String(text)));
  };
  const list = (place: string, texts: readonly string[]): void => {
    for (const [n, text] of texts.entries()) put(`${place}.${n}`, text);
  };
  for (const name of ['title', 'issuer', 'programme', 'country', 'purpose', 'pathway', 'tries'] as const) put(name, view[name]);
  list('summary', view.summary);
  list('risks', view.risks);
  list('cautions', view.cautions);
  for (const { number, id, ...step } of view.steps) {
    put(`${number} ${id}`, step.action);
    for (const name of ['who', 'channel', 'notBefore', 'onlyIf'] as const) put(`${number} ${id}.${name}`, step[name]);
    if (step.after.length > 0) put(`${number} ${id}.after`, step.after.join());
    put(`${number} ${id}.contact`, step.contact?.id ?? null);
    list(`${number} ${id}.details`, step.details);
    for (const need of step.needs) put(`${number} ${id}.needs.${need.id}`, need.text);
    if (step.waitsFor !== null) put(`${number} ${id}.waitsFor`, `${step.waitsFor.from}: ${step.waitsFor.text}`);
  }
  for (const { id, name, email, phone, address, url, note } of view.contacts) {
    put(`contacts.${id}`, name);
    for (const [part, text] of Object.entries({ email, phone, url, note })) put(`contacts.${id}.${part}`, text);
    list(`contacts.${id}.address`, address ?? []);
  }
  for (const { key, text, known } of view.facts) if (known) put(`facts.${key}`, text);
  for (const { id, title, url, dates, note } of view.sources) {
    put(`sources.${id}`, title);
    put(`sources.${id}.dates`, dates);
    put(`sources.${id}.url`, url);
    put(`sources.${id}.note`, note);
  }
  return places;
}

const MONTHS = [
  'janvier',
  'février',
  'mars',
  'avril',
  'mai',
  'juin',
  'juillet',
  'août',
  'septembre',
  'octobre',
  'novembre',
  'décembre',
];

/** Numbers, dates (as `28/08/2018`), amounts, addresses of every kind and names in a French text. */
export function tokensOf(text: string): string[] {
  const dated = text.replace(
    /(?:(\d{1,2}) )?(\p{L}+) (\d{4})/gu,
    (whole, day: string | undefined, month: string, year: string) => {
      const number = MONTHS.indexOf(month) + 1;
      return number === 0
        ? whole
        : `${day === undefined ? '' : `${day.padStart(2, '0')}/`}${String(number).padStart(2, '0')}/${year}`;
    },
  );
  const numbers = dated.match(/\d+(?:[/,.]\d+)*/g) ?? [];
  const mails = text.match(/[\w.-]+@[\w.-]+/g) ?? [];
  const hosts = (text.match(/https?:\/\/\S+/g) ?? []).map((url) => new URL(url).hostname);
  // A capital that does not begin a sentence begins a name.
  const names = [...text.matchAll(/(?<=[\p{L}\p{N},;:)»"'’«(/-] ?)(?<!\p{L})\p{Lu}[\p{L}\p{N}-]+/gu)].map(([name]) => name);
  return [...numbers, ...mails, ...hosts, ...names];
}

/** What is no text for people but a choice of a word; the text that Signet makes of it is its own. */
const CHOICE = /^(purpose|pathway|\d+ [\w-]+\.(after|who|channel|contact))$/;

/** A reason that stands in the place of a quote: the seed does not say it in words of its own. */
const REASON = '= ';

/**
 * Holds the French rendering of procedures to the page they were made from: every rendered text is in the table, word for word,
 * and no other; every quote is in the page; every line of the page is quoted or one of those `aside`; every number, date,
 * amount, address and name is in the page.
 */
export function holdToSeed(name: string, tables: Record<string, readonly Fact[]>, aside: readonly string[]): void {
  const seed = new Seed(name);
  const quotes = Object.values(tables).flatMap((facts) => facts.flatMap(([, , ...quoted]) => quoted));
  describe.each(Object.entries(tables))('%s', (id, facts) => {
    const places = placesOf(inFrench(id));

    it('says every fact of the table and nothing else', () => {
      expect(Object.fromEntries(places)).toEqual(Object.fromEntries(facts.map(([place, text]) => [place, even(text)])));
    });

    it.each(facts.map(([place, , ...quoted]) => ({ place, quoted })))('has $place from the page', ({ quoted }) => {
      expect(quoted.length).toBeGreaterThan(0);
      expect(quoted.filter((words) => !words.startsWith(REASON) && !seed.has(words))).toEqual([]);
    });

    it('shows nothing but what the table holds and what Signet says of every procedure', () => {
      const view = inFrench(id);
      const bearing =
        'id title issuer programme country purpose pathway tries summary risks cautions steps contacts facts sources';
      const frame =
        'language countryCode renewalOpensDaysBefore purposeText pathwayText programmeText age noSteps verified verifiedText confidence confidenceText';
      expect(Object.keys(view).sort()).toEqual(`${bearing} ${frame}`.split(' ').sort());
      const said = [view.pathwayText, view.programmeText ?? '', view.age ?? '', view.noSteps ?? '', view.confidenceText];
      expect(said.flatMap(tokensOf).filter((token) => !seed.holds(token))).toEqual([]);
    });

    it('has no number, date, amount, address or name that the page has not', () => {
      const texts = [...places].filter(([place]) => !CHOICE.test(place) && place !== 'country');
      const strange = texts.flatMap(([, text]) => tokensOf(text)).filter((token) => !seed.holds(token));
      expect(strange).toEqual([]);
    });
  });

  it(`leaves nothing of the page ${name} out`, () => {
    const told = quotes.filter((words) => !words.startsWith(REASON)).map(even);
    const left = seed.lines.filter((line) => line !== '' && !aside.map(even).includes(line) && coverage(line, told) < 1);
    expect(left).toEqual([]);
  });

  it('has no reason where a quote could stand, but for these few', () => {
    expect(new Set(quotes.filter((words) => words.startsWith(REASON))).size).toBeLessThanOrEqual(3);
  });

  it('would notice a text, a number and a name that were added', () => {
    const [id = ''] = Object.keys(tables);
    const view = inFrench(id);
    const more = placesOf({ ...view, risks: [...view.risks, 'Comptez 15 jours chez Chronopost au 0 800 123 456.'] });
    expect(more.size).toBe(placesOf(view).size + 1);
    const strange = [...more.values()].flatMap(tokensOf).filter((token) => !seed.holds(token));
    expect(strange).toEqual(expect.arrayContaining(['15', 'Chronopost', '800', '123', '456']));
  });
}

/** Which part of a line's words the quotes account for. */
function coverage(line: string, quotes: readonly string[]): number {
  let rest = ` ${line} `;
  for (const words of [...quotes].sort((a, b) => b.length - a.length)) {
    if (words.length > 3) rest = rest.replaceAll(words, ' ');
  }
  const words = rest.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? 1 : 1 - words.length / (line.match(/[\p{L}\p{N}]+/gu) ?? ['']).length;
}
