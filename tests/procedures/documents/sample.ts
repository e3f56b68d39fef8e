import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseDocumentInput, CaseFile, CaseRecord } from '../../../src/procedures/cases/record.ts';
import { stepStates } from '../../../src/procedures/cases/steps.ts';
import type { Procedure } from '../../../src/procedures/index.ts';

/** A procedure as it is shipped. */
export function shipped(id: string): Procedure {
  const file = join(import.meta.dirname, '../../../src/procedures/data', `${id}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Procedure;
}

export function attachment(
  name: string,
  content: string | Uint8Array,
  type = 'application/pdf',
  stepId: string | null = null,
): CaseFile {
  const bytes = new Uint8Array(Buffer.from(content as string));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const addedAt = '2026-11-02T09:00:00.000Z';
  return { id: `f-${name}`, name, type, stepId, size: bytes.length, sha256, addedAt, who: 'local', bytes };
}

/** A case of a shipped procedure in which everything is known: the first step done, the others open. */
export function sampleCase(procedureId: string, changes: Partial<CaseRecord> = {}): CaseRecord {
  const procedure = changes.procedure ?? shipped(procedureId);
  return {
    id: '7KM-4QXB',
    version: 3,
    purpose: procedure.purpose,
    state: 'open',
    outcome: null,
    language: 'fr',
    opened: { at: '2026-11-01T10:00:00.000Z', how: 'blocked' },
    closedAt: null,
    token: { id: 't1', label: 'RGS Jeanne', serial: '2504001A7F33', manufacturer: 'Gemalto', model: 'IDPrime MD 840' },
    certificate: {
      subject: 'CN=Jeanne Müller-Dvořáková,O=Mairie d’Orléans,C=FR',
      issuer: 'CN=Certigna Identity Plus CA,O=DHIMYOTIS,C=FR',
      serialNumber: '5f3a9100c4',
      notAfter: '2027-03-31T12:00:00.000Z',
    },
    holder: {
      name: 'Jeanne Müller-Dvořáková',
      organisation: 'Mairie d’Orléans',
      address: ['1 place de l’Étape', '45000 Orléans'],
      email: 'jeanne@example.org',
      phone: '+33 2 38 00 00 00',
    },
    references: ['CMD-1188'],
    reminderDays: 7,
    procedure,
    steps: procedure.steps.map(({ id }, index) => ({
      id,
      mark: index === 0 ? 'done' : 'open',
      doneAt: index === 0 ? '2026-11-03' : null,
      waitingSince: null,
      note: index === 0 ? 'Copie faite à la mairie.' : '',
      reference: index === 0 ? 'CTG-4471' : '',
    })),
    notes: [{ id: 1, at: '2026-11-02T09:00:00.000Z', who: 'local', text: 'Rappeler lundi <b>à 9 h</b>' }],
    files: [],
    history: [{ seq: 1, at: '2026-11-01T10:00:00.000Z', who: 'local', what: 'opened', detail: { procedure: procedure.id } }],
    ...changes,
  };
}

/** The same, with where each step stands, at noon of 22 November 2026. */
export function sampleInput(procedureId: string, changes: Partial<CaseRecord> = {}): CaseDocumentInput {
  const record = sampleCase(procedureId, changes);
  return { ...record, states: stepStates(record), now: '2026-11-22T12:00:00.000Z' };
}

/** A case of which nothing is known but its procedure. */
export const NOTHING_KNOWN = {
  token: null,
  certificate: null,
  holder: { name: '', organisation: '', address: [], email: '', phone: '' },
  references: [],
} satisfies Partial<CaseRecord>;
