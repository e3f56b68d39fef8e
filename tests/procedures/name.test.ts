import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makeDossier, makeEmail } from '../../src/procedures/cases/documents/index.ts';
import { type CaseRecord, caseDocuments, caseView, nameIn, namesOf, type Procedure, render } from '../../src/procedures/index.ts';
import { checkText } from '../../src/procedures/read-file.ts';
import { ANN, world } from './cases/world.ts';
import { sampleInput } from './documents/sample.ts';
import { sample, step, texts } from './sample.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const { packCase, unpackCase } = await caseDocuments();

function contact(more: Partial<Procedure['contacts'][number]> = {}): Procedure['contacts'][number] {
  return { id: 'desk', name: texts('Desk'), email: null, phone: null, address: null, url: null, note: null, ...more };
}

/** A procedure of Nowhere, or of a country, whose programme and contact are called by words. */
function named(more: Partial<Procedure> = {}): Procedure {
  const waitsFor = { from: 'issuer' as const, text: texts('an answer') };
  return sample({
    programme: texts('Town hall'),
    contacts: [contact({ email: 'desk@acme.example' })],
    steps: [step('ask', { channel: 'email', contact: 'desk', waitsFor }), step('post', { channel: 'post', contact: 'desk' })],
    ...more,
  });
}

const read = (procedure: unknown) => checkText(JSON.stringify(procedure), 'acme.unblock.json');

describe('a name', () => {
  it('is the same everywhere, or said in each language', () => {
    expect([nameIn('Certigna', 'es'), namesOf('Certigna')]).toEqual(['Certigna', ['Certigna']]);
    expect([nameIn(texts('Desk'), 'es'), namesOf(texts('Desk'))]).toEqual(['es Desk', ['Desk', 'fr Desk', 'es Desk']]);
  });

  it.each(['en', 'fr', 'es'] as const)('of programme and contact is plain text in what is shown in %s', (language) => {
    const { programme, programmeText, contacts, steps } = render(named(), language, NOW);
    const prefix = language === 'en' ? '' : `${language} `;
    expect({ programme, name: contacts[0]?.name, of: steps[0]?.contact?.name }).toEqual({
      programme: `${prefix}Town hall`,
      name: `${prefix}Desk`,
      of: `${prefix}Desk`,
    });
    expect(programmeText).toContain(`${prefix}Town hall`);
  });

  it('is taken from a file in either form, and in no other', () => {
    for (const name of ['Desk', texts('Desk')])
      expect(read(named({ programme: name, contacts: [contact({ name })] }))).toHaveProperty('procedure');
    expect(read(named({ programme: null }))).toHaveProperty('procedure');
    for (const name of [
      null,
      '',
      ' ',
      7,
      ['Desk'],
      {},
      { en: 'Desk', fr: 'Bureau' },
      { ...texts('Desk'), de: 'Schalter' },
      { ...texts('Desk'), es: ' ' },
      texts('x'.repeat(201)),
    ]) {
      const found = read({ ...named(), contacts: [{ ...contact(), name }] });
      const members = 'refusals' in found ? found.refusals.map(({ member }) => member) : [];
      expect(new Set(members.map((each) => each.slice(0, 15))), JSON.stringify(name)).toEqual(new Set(['contacts.0.name']));
    }
    expect(read({ ...named(), programme: { ...texts('Town hall'), es: 'a\nb' } })).toMatchObject({
      refusals: [{ member: 'programme.es', code: 'control_character' }],
    });
  });
});

describe('the name of a contact in words', () => {
  it('stands in the issuer’s language in an e-mail, and in the person’s where the issuer’s is not known', async () => {
    const to = async (procedure: Procedure) => {
      const message = await makeEmail(sampleInput('certigna.unblock', { procedure }), 'ask', 'es');
      return /^To: (.*)\r$/m.exec(message.toString())?.[1];
    };
    expect(await to(named({ country: 'FR' }))).toBe('fr Desk <desk@acme.example>');
    expect(await to(named())).toBe('es Desk <desk@acme.example>');
  });

  it('is in the papers, also where nothing but the name is known of an address', async () => {
    for (const country of ['FR', null]) {
      const pdf = await makeDossier(sampleInput('certigna.unblock', { procedure: named({ country }) }), 'es');
      const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: pdf }).toString();
      expect(text).not.toContain('[object');
      expect(text).toContain('es Desk');
      expect(text).toContain('es Town hall');
      // Letter and label go to the issuer.
      expect(text.match(/^fr Desk$/gm) ?? []).toHaveLength(country === 'FR' ? 2 : 0);
    }
  });

  it('is the one a reminder names, in the language of the reader', async () => {
    const made = world(':memory:', { get: () => named(), match: () => null, renewalOpens: () => null });
    const { id } = await made.cases.open({ procedureId: 'acme.unblock', reminderDays: 1 }, ANN);
    made.cases.step(id, 'ask', 1, { state: 'waiting' }, ANN);
    const [reminder] = caseView(made.cases.get(id), 'es', new Date('2026-01-16T10:00:00Z')).reminders;
    expect(reminder?.text).toBe('No consta ninguna respuesta desde hace 1 día. Pregunte a es Desk cómo va el asunto.');
  });
});

describe('a case from a file', () => {
  it.each([
    ['a plain name', 'Desk', 'Desk'],
    ['a name in each language', texts('Desk'), 'es Desk'],
  ])('comes in with %s', async (_, name, shown) => {
    const procedure = named({ programme: name, contacts: [contact({ name })] });
    const made = world(':memory:', { get: () => procedure, match: () => null, renewalOpens: () => null });
    const { id } = await made.cases.open({ procedureId: 'acme.unblock' }, ANN);
    const record: CaseRecord = unpackCase(packCase(made.cases.record(id)));
    const other = world();
    await other.cases.import(record, ANN);
    expect(caseView(other.cases.get(id), 'es', NOW).contacts).toMatchObject([{ name: shown }]);
  });
});
