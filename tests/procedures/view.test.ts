import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/messages/index.ts';
import { inOrder, loadProcedures, type Procedure, render, type Step } from '../../src/procedures/index.ts';
import { sample, step, texts } from './sample.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const even = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const fact = (procedure: Procedure, key: string, language: 'en' | 'fr' | 'es' = 'en', now = NOW): string =>
  even(render(procedure, language, now).facts.find((each) => each.key === key)?.text ?? 'not shown');

describe('every shipped procedure', () => {
  const all = [...loadProcedures({ folders: [] }).procedures.values()].map(({ procedure }) => procedure);

  it.each(LANGUAGES)('renders in %s without a gap', (language) => {
    for (const procedure of all) {
      const view = render(procedure, language, NOW);
      const text = JSON.stringify(view);
      expect(text, procedure.id).not.toMatch(/\{\{|procedures\.\w|undefined|Invalid Date/);
      expect(view.language).toBe(language);
      expect(view.steps.map(({ number }) => number)).toEqual(procedure.steps.map((_, n) => n + 1));
      for (const each of view.steps) expect(each.after.every((number) => number < each.number)).toBe(true);
      expect(view.steps.length > 0 || view.noSteps !== null || view.pathway === 'none').toBe(true);
    }
  });

  it('is dated, in words that show it, when its sources are old', () => {
    const certigna = all.find(({ id }) => id === 'certigna.unblock') ?? sample();
    const view = render(certigna, 'en', NOW);
    expect(view.age).toContain('August 2018');
    expect(view.contacts[0]?.lines).toContain('(as of August 2018; may have changed)');
    expect(fact(certigna, 'fee')).toMatch(/^€60\.00 incl\. tax, payable to DHIMYOTIS \(stated August 2018; may have changed\)/);
    expect(fact(certigna, 'fee', 'fr')).toMatch(
      /^60,00 € TTC, à l'ordre de DHIMYOTIS \(indiqué : août 2018 ; peut avoir changé\)/,
    );
    expect(fact(certigna, 'fee', 'es')).toMatch(
      /^60,00 €, impuestos incluidos, a la orden de DHIMYOTIS \(indicado: agosto de 2018; /,
    );
    expect(fact(certigna, 'tries', 'es')).toBe(
      'se bloquea tras 3 intentos erróneos seguidos (a fecha de agosto de 2018; puede haber cambiado)',
    );
    expect(view.steps[1]).toMatchObject({ id: 'post', after: [1], afterText: 'After step 1' });
    expect(view.steps[1]?.notBefore).toContain('validated');
    expect(render(certigna, 'en', new Date('2020-07-01')).age).toBeNull();
  });
});

describe('what no source tells', () => {
  it.each([
    ['en', 'not published: ask the issuer'],
    ['fr', "non publié : demandez à l'émetteur"],
    ['es', 'no publicado: pregunte al emisor'],
  ] as const)('is said to be unpublished (%s)', (language, words) => {
    const contact = { id: 'desk', name: 'Desk', email: null, phone: null, address: null, url: null, note: null };
    const unknown = sample({ contacts: [contact], pathway: 'unknown', steps: [] });
    const view = render(unknown, language, NOW);
    expect(view.facts.map(({ key, known, text }) => [key, known, even(text)])).toEqual(
      ['tries', 'fee', 'turnaround', 'afterPukBlocked'].map((key) => [key, false, words]),
    );
    expect(view.contacts[0]?.lines.map(even)).toEqual([words]);
    expect(even(view.noSteps ?? '')).toBe(words);
  });

  it('asks only what its purpose raises', () => {
    const keys = (purpose: Procedure['purpose']): string[] =>
      render(sample({ id: `acme.${purpose}`, purpose }), 'en', NOW).facts.map(({ key }) => key);
    expect(keys('obtain')).toEqual(['fee', 'turnaround', 'validity', 'renewal']);
    expect(keys('revoke')).toEqual(['fee', 'turnaround']);
    expect(render(sample({ pathway: 'none', steps: [] }), 'en', NOW).facts).toEqual([]);
  });
});

describe('a fee', () => {
  const fee = { amount: '10.5', currency: 'EUR', taxIncluded: null, payableTo: null, note: null, asOf: '2026-01-15' };

  it.each([
    [{ ...fee }, '€10.5 (stated 15 January 2026)'],
    [{ ...fee, amount: '1234', currency: 'USD' }, 'US$1,234 (stated 15 January 2026)'],
    [{ ...fee, amount: '12.00', taxIncluded: false }, '€12.00 plus tax (stated 15 January 2026)'],
    [{ ...fee, asOf: '2024', note: texts('By cheque.') }, '€10.5 (stated 2024; may have changed). By cheque.'],
  ])('%j', (value, text) => {
    expect(fact(sample({ fee: value }), 'fee')).toBe(text);
  });

  it('may be none, or unknown though there is one', () => {
    expect(fact(sample({ free: true }), 'fee')).toBe('free of charge');
    expect(fact(sample({ free: false }), 'fee')).toBe('not free; the amount is not published: ask the issuer');
  });
});

describe('a renewal window', () => {
  it.each([
    [30, 0, 'from 30 days before the end, only while it is valid'],
    [30, 60, 'from 30 days before the end to 60 days after'],
    [30, null, 'from 30 days before the end'],
    [null, 0, 'only while it is valid'],
    [null, 15, 'up to 15 days after the end'],
    [null, null, 'not published: ask the issuer'],
  ])('opens %s, closes %s', (opensDaysBefore, closesDaysAfter, text) => {
    const renewalWindow = { opensDaysBefore, closesDaysAfter, note: null };
    expect(fact(sample({ id: 'acme.renew', purpose: 'renew', renewalWindow }), 'renewal')).toBe(text);
  });
});

describe('age', () => {
  const dated = (published: string | null, updated: string | null = null): Procedure =>
    sample({ tries: 5, sources: [{ id: 's', title: 'S', url: null, published, updated, note: null }] });

  it.each([
    ['2026-01', null, 'blocked after 5 wrong tries in a row'],
    ['2024-11-22', null, 'blocked after 5 wrong tries in a row'],
    ['2024-10', null, 'blocked after 5 wrong tries in a row (as of October 2024; may have changed)'],
    ['2019', '2026-03-01', 'blocked after 5 wrong tries in a row'],
    ['2019', null, 'blocked after 5 wrong tries in a row (as of 2019; may have changed)'],
  ])('of %s, updated %s', (published, updated, text) => {
    expect(fact(dated(published, updated), 'tries')).toBe(text);
  });

  it('of an undated source is said to be unknown', () => {
    expect(render(dated(null), 'en', NOW)).toMatchObject({
      age: 'The source carries no date. Check with the issuer that this still holds.',
      sources: [expect.objectContaining({ dates: 'no date' })],
    });
  });
});

describe('the order of steps', () => {
  it('keeps the file’s where nothing speaks against it, and puts none before what it waits for', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const steps = fc.shuffledSubarray(names, { minLength: 6 }).chain((order) =>
      fc.tuple(...order.map((_, n) => fc.subarray(order.slice(0, n)))).map((afters) => {
        const made = order.map((id, n): Step => step(id, { after: afters[n] ?? [] }));
        return made.sort((a, b) => (a.id < b.id ? -1 : 1));
      }),
    );
    fc.assert(
      fc.property(steps, (list) => {
        const ordered = inOrder(list);
        expect(ordered.map(({ id }) => id).sort()).toEqual(names);
        for (const [n, { after }] of ordered.entries())
          for (const id of after) expect(ordered.slice(0, n).map((each) => each.id)).toContain(id);
        if (list.every(({ after }) => after.length === 0)) expect(ordered).toEqual(list);
      }),
    );
  });
});
