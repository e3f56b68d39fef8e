import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type CaseRecord, caseDocuments, caseView } from '../../../src/procedures/index.ts';
import { ANN, BOB, refusalOf, type World, world } from './world.ts';

const PDF = Buffer.from('%PDF-1.4\n%%EOF\n');
const { packCase, unpackCase } = await caseDocuments();

/** What stands in the `case.json` of an export. */
const zipText = (file: Buffer): string => Buffer.from(unzipSync(file)['case.json'] ?? []).toString();

/** A case with something of everything in it, and its file. */
async function exported(made: World): Promise<{ id: string; file: Buffer }> {
  const { cases } = made;
  const { id } = await cases.open({ procedureId: 'certigna.unblock', holder: { name: 'Zoé', address: ['1 rue'] } }, ANN);
  cases.step(id, 'request', 1, { state: 'waiting', reference: 'R1' }, ANN);
  cases.note(id, 2, '<b>', BOB);
  await cases.attach(id, 3, { name: 'form.pdf', bytes: PDF }, ANN);
  return { id, file: packCase(cases.record(id)) };
}

describe('a case from a file', () => {
  it('comes in whole on another machine, under its own number, and says so', async () => {
    const { id, file } = await exported(world());
    const other = world();
    const { case: one, known } = await other.cases.import(unpackCase(file), BOB);
    expect({ known, id: one.id, version: one.version }).toEqual({ known: false, id, version: 5 });
    expect(one.history.at(-1)).toMatchObject({ what: 'imported', who: 'client:bob', seq: 5 });
    expect(one).toMatchObject({ holder: { name: 'Zoé' }, notes: [{ text: '<b>' }], steps: [{ mark: 'waiting' }, {}] });
    const [form] = one.files;
    expect(Buffer.from(other.cases.file(id, form?.id ?? '').bytes)).toEqual(PDF);
    other.cases.step(id, 'request', 5, { state: 'done' }, ANN);
    expect(other.audit.list({ limit: 5 }).map(({ action }) => action)).toContain('cases.import');
  });

  it('that is here just so changes nothing', async () => {
    const made = world();
    const { id, file } = await exported(made);
    expect(await made.cases.import(unpackCase(file), ANN)).toMatchObject({ known: true, case: { id, version: 4 } });
    const other = world();
    await other.cases.import(unpackCase(file), ANN);
    expect(await other.cases.import(unpackCase(file), ANN)).toMatchObject({ known: true, case: { id, version: 5 } });
    expect(other.cases.list()).toHaveLength(1);
  });

  it('keeps to which step a file belongs, and takes one that was written before files had steps', async () => {
    const made = world();
    const { id, file } = await exported(made);
    const old = JSON.stringify(unpackCase(file).files.map(({ stepId }) => stepId));
    expect(old).toBe('[null]');
    expect(zipText(file)).not.toContain('stepId');
    await made.cases.attach(id, 4, { name: 'request.pdf', bytes: PDF, stepId: 'request' }, ANN);
    const other = world();
    const { case: one } = await other.cases.import(unpackCase(packCase(made.cases.record(id))), ANN);
    expect(one.files.map(({ stepId }) => stepId)).toEqual([null, 'request']);
  });

  it('that went another way here comes in beside it, and names the original', async () => {
    const made = world();
    const { id, file } = await exported(made);
    made.cases.note(id, 4, 'went on', ANN);
    const { case: copy, known } = await made.cases.import(unpackCase(file), ANN);
    expect(known).toBe(false);
    expect(copy.id).not.toBe(id);
    expect(copy.notes).toHaveLength(1);
    expect(caseView(copy, 'en', new Date()).importedFrom).toBe(id);
    expect(made.cases.get(id).notes).toHaveLength(2);
  });

  it.each<[string, (record: CaseRecord) => unknown, string]>([
    ['steps that are not those of its procedure', (one) => one.steps.pop(), 'case_import_invalid/content'],
    ['steps in another order', (one) => one.steps.reverse(), 'case_import_invalid/content'],
    ['a step after one that is not there', (one) => one.procedure.steps[1]?.after.push('x'), 'case_import_invalid/content'],
    ['another purpose than its procedure', (one) => Object.assign(one, { purpose: 'renew' }), 'case_import_invalid/content'],
    ['a day that is none', (one) => Object.assign(one.steps[0] ?? {}, { waitingSince: 'soon' }), 'case_import_invalid/content'],
    [
      'a step done before its turn',
      (one) => Object.assign(one.steps[1] ?? {}, { mark: 'done', doneAt: '2026-01-15' }),
      'case_import_invalid/content',
    ],
    [
      'a step waiting since never',
      (one) => Object.assign(one.steps[0] ?? {}, { waitingSince: null }),
      'case_import_invalid/content',
    ],
    ['an end without an outcome', (one) => Object.assign(one, { state: 'closed' }), 'case_import_invalid/content'],
    ['no history', (one) => one.history.splice(0), 'case_import_invalid/content'],
    ['an impossible number', (one) => Object.assign(one, { id: '../../x' }), 'case_import_invalid/content'],
    [
      'a note that is too long',
      (one) => Object.assign(one.notes[0] ?? {}, { text: 'x'.repeat(10_001) }),
      'case_import_invalid/content',
    ],
    [
      'a file that is not what was hashed',
      (one) => Object.assign(one.files[0] ?? {}, { sha256: '00' }),
      'case_import_invalid/content',
    ],
    [
      'a file of a step that it has not',
      (one) => Object.assign(one.files[0] ?? {}, { stepId: 'x' }),
      'case_import_invalid/content',
    ],
    ['a page among its files', (one) => Object.assign(one.files[0] ?? {}, { bytes: Buffer.from('<html>') }), 'case_file_type'],
    ['too many files', (one) => one.files.push(...Array.from({ length: 50 }, () => one.files[0] as never)), 'case_full/files'],
  ])('with %s is refused, and nothing of it is kept', async (_name, spoil, code) => {
    const { file } = await exported(world());
    const record = unpackCase(file);
    spoil(record);
    const other = world();
    expect(await refusalOf(other.cases.import(record, ANN))).toBe(code);
    expect(other.cases.list()).toEqual([]);
    expect(other.updates).toEqual([]);
  });

  it('has its files named anew: no path comes in with it', async () => {
    const { id, file } = await exported(world());
    const record = unpackCase(file);
    for (const one of record.files) Object.assign(one, { name: '../../../.bashrc', id: '../x', type: 'text/html' });
    const other = world();
    await other.cases.import(record, ANN);
    expect(other.cases.get(id).files).toMatchObject([{ name: 'bashrc.pdf', id: 'f1', type: 'application/pdf' }]);
  });
});
