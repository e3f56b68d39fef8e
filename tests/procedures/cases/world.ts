import { Cases, type CasesOptions, Procedures, type SeenToken } from '../../../src/procedures/index.ts';
import { Audit, CaseStore, Database } from '../../../src/store/index.ts';

export const ANN = { id: 'ann', language: 'en' } as const;
export const BOB = { id: 'client:bob', language: 'fr' } as const;

/** The shipped procedures, read once. */
export const book = new Procedures({ folders: [] });

export interface World {
  cases: Cases;
  database: Database;
  audit: Audit;
  updates: Parameters<CasesOptions['onUpdate']>[0][];
  /** What is plugged in. */
  tokens: SeenToken[];
  /** Sets the clock; ISO 8601. */
  at(moment: string): void;
}

/** Cases on a database of their own, with a clock and tokens that the test sets. */
export function world(path = ':memory:', procedures: CasesOptions['procedures'] = book): World {
  const database = Database.open(path);
  const audit = new Audit(database);
  let now = new Date('2026-01-15T10:00:00Z');
  const made: World = {
    database,
    audit,
    updates: [],
    tokens: [],
    at: (moment) => {
      now = new Date(moment);
    },
    cases: new Cases({
      store: new CaseStore(database),
      audit,
      procedures,
      onUpdate: (update) => made.updates.push(update),
      look: () => Promise.resolve(made.tokens),
      now: () => now,
    }),
  };
  return made;
}

/** A token with a certificate, as it is seen. */
export function token(more: Partial<SeenToken> = {}): SeenToken {
  return {
    id: 'tok1',
    label: 'Zoé Martin',
    serial: '0042',
    manufacturer: 'Gemalto',
    model: 'ID Prime MD',
    pinState: 'ok',
    certificates: [certificate()],
    ...more,
  };
}

export function certificate(more: Partial<NonNullable<SeenToken['certificates']>[number]> = {}) {
  return {
    subject: 'CN=Zoé Martin,C=FR',
    issuer: 'CN=Certigna Identity CA,O=DHIMYOTIS,C=FR',
    serialNumber: '0a',
    notBefore: '2024-06-01T00:00:00.000Z',
    notAfter: '2027-06-01T00:00:00.000Z',
    commonName: 'Zoé Martin',
    ...more,
  };
}

/** The code of the SignetError that something throws, or 'ok'; with its variant where it has one. */
export function refusal(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    return codeOf(error);
  }
}

export async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'ok', codeOf);
}

function codeOf(error: unknown): string {
  const { code, facts } = error as { code?: string; facts?: { variant?: string } };
  if (code === undefined) throw error;
  return facts?.variant === undefined ? code : `${code}/${facts.variant}`;
}
