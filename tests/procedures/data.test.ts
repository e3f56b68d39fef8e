import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/messages/index.ts';
import type { Procedure, Texts } from '../../src/procedures/index.ts';
import { loadProcedures, SHIPPED } from '../../src/procedures/load.ts';
import { ROWS, SITES } from './table-facts.ts';
import { numbersIn, stringsIn, textsIn } from './written.ts';

const loaded = loadProcedures({ folders: [] });
const files = readdirSync(SHIPPED).map((name) => name.replace(/\.json$/, ''));

function procedure(id: string): Procedure {
  const found = loaded.procedures.get(id)?.procedure;
  if (found === undefined) throw new Error(`${id} did not load`);
  return found;
}

const en = (texts: Texts | null): string | null => texts?.en ?? null;

describe('the shipped procedures', () => {
  it('all load', () => {
    expect(loaded.refusals).toEqual([]);
    expect([...loaded.procedures.keys()].sort()).toEqual(files.sort());
  });

  it('are those that a source tells about, and the few with a test of their own', () => {
    const elsewhere = /^(certigna\.unblock|camerfirma-alcorcon\.\w+|generic\.\w+)$/;
    expect(files.filter((id) => !ROWS.has(id) && !elsewhere.test(id))).toEqual([]);
    expect([...ROWS.keys()].filter((id) => !files.includes(id))).toEqual([]);
  });
});

describe.each([...ROWS])('%s', (id, row) => {
  const one = procedure(id);

  it('tells what the table tells, and null where it is silent', () => {
    expect({
      tries: one.tries,
      pathway: one.pathway,
      confidence: one.confidence,
      free: one.free,
      turnaround: en(one.turnaround),
      validity: en(one.validity),
      renewal: one.renewalWindow === null ? null : [one.renewalWindow.opensDaysBefore, one.renewalWindow.closesDaysAfter],
      verified: one.verified,
    }).toEqual({
      tries: row.tries ?? null,
      pathway: row.pathway,
      confidence: row.confidence,
      free: row.free ?? null,
      turnaround: row.turnaround ?? null,
      validity: row.validity ?? null,
      renewal: row.renewal ?? null,
      verified: '2026-11-22',
    });
    if (row.afterPuk === undefined) expect(one.afterPukBlocked).toBeNull();
    else expect(one.afterPukBlocked?.en).toMatch(row.afterPuk);
  });

  it('asks for the money that the table names, and for no other', () => {
    const { amount, currency, taxIncluded, payableTo, asOf } = one.fee ?? {};
    expect(one.fee === null ? null : { amount, currency, taxIncluded, payableTo, asOf }).toEqual(
      row.fee === undefined ? null : { currency: 'EUR', taxIncluded: null, payableTo: null, ...row.fee },
    );
  });

  it('sends nobody to a place that no source names', () => {
    const of = (member: 'email' | 'phone' | 'url') => one.contacts.map((each) => each[member]).filter((each) => each !== null);
    expect(of('email')).toEqual(row.emails ?? []);
    expect(of('phone')).toEqual(row.phones ?? []);
    expect(of('url')).toEqual(row.links ?? []);
    expect(one.contacts.filter(({ address }) => address !== null)).toEqual([]);
  });

  it('names its sources with the dates that they bear', () => {
    expect(one.sources.length).toBeGreaterThan(0);
    const dates = one.sources.flatMap(({ published, updated }) => [published, updated]).filter((date) => date !== null);
    expect(dates.sort()).toEqual([...(row.dates ?? [])].sort());
    for (const { url } of one.sources) if (url !== null) expect(SITES).toContain(new URL(url).hostname.replace(/^www\./, ''));
  });

  it('holds no number and no address in its words that is not in the table', () => {
    const words = stringsIn(one);
    expect([...new Set(words.flatMap(numbersIn))].sort()).toEqual([...row.numbers].sort());
    expect(words.filter((text) => text.includes('@'))).toEqual([]);
    const named = words.flatMap((text) => text.match(/\b[a-z0-9-]+(\.[a-z0-9-]+)*\.(cat|com)\/[\w/]+/gi) ?? []);
    for (const address of named) expect(row.links).toContain(`https://${address}`);
  });

  it('says the same numbers in every language, one sentence at a time', () => {
    for (const texts of textsIn(one)) {
      const [first, ...others] = LANGUAGES.map((language) => [...new Set(numbersIn(texts[language]))].sort());
      for (const other of others) expect(other, texts.en).toEqual(first);
      for (const language of LANGUAGES) {
        expect(texts[language]).not.toMatch(/[.!?] \p{Lu}/u);
        expect(texts[language]).not.toMatch(/ {2}|^\s|\s$/);
      }
      expect(texts.fr).not.toMatch(/ [:;?!»€]|« /);
      expect(new Set(Object.values(texts)).size, texts.en).toBe(3);
    }
  });
});

describe('a procedure that nobody publishes', () => {
  it.each([...ROWS].filter(([, { confidence }]) => confidence === 'unknown'))('leaves everything open: %s', (id) => {
    const one = procedure(id);
    expect(one.pathway).toBe('unknown');
    expect(one.steps.map(({ id: step }) => step)).toEqual(['ask']);
    expect([one.tries, one.fee, one.free, one.turnaround, one.validity, one.renewalWindow, one.afterPukBlocked]).toEqual(
      Array(7).fill(null),
    );
    expect(one.summary[0]?.en).toMatch(/^No public page tells/);
  });
});

describe('a step with the PUK', () => {
  const own = [...ROWS.keys()].map(procedure);

  it('is done in Signet where the maker asks for no page or program of its own', () => {
    const inSignet = own.filter(({ steps }) => steps.some(({ channel }) => channel === 'signet')).map(({ id }) => id);
    expect(inSignet.sort()).toEqual(
      ['certilia', 'cofb', 'eurocert', 'harica', 'italy-cns', 'safenet-etoken'].map((issuer) => `${issuer}.unblock`),
    );
  });

  it('needs the code at hand', () => {
    for (const { id, steps } of own.filter((one) => one.pathway === 'puk_self_service')) {
      const codes = steps.flatMap(({ needs }) => needs).filter(({ kind }) => kind === 'code');
      expect(codes.length, `${id}`).toBe(1);
    }
  });
});

it('reads every file as it is written, in the shape of its kind', () => {
  for (const id of ROWS.keys()) expect(JSON.parse(readFileSync(join(SHIPPED, `${id}.json`), 'utf8'))).toEqual(procedure(id));
});
