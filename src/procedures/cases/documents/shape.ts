import { Ajv2020 } from 'ajv/dist/2020.js';
import { LANGUAGES } from '../../../messages/index.ts';
import { Type } from '../../../schema/index.ts';
import { checkProcedure } from '../../check.ts';
import { PURPOSES } from '../../procedure.ts';
import { checkShape } from '../../shape.ts';
import { CASE_OUTCOMES, type CaseFileFacts, type CaseRecord, HAPPENINGS, OPENINGS, STEP_MARKS } from '../record.ts';

/** A case as it is written down: the bytes of its files lie beside it. */
export type WrittenCase = Omit<CaseRecord, 'files'> & {
  /** A file that belongs to no step says nothing of one. */
  files: (Omit<CaseFileFacts, 'stepId'> & { stepId?: string | null })[];
};

const closed = { additionalProperties: false };
const nullable = (schema: object) => Type.Unsafe<unknown>({ anyOf: [schema, { type: 'null' }] });
const oneOf = (values: readonly string[]) => Type.Unsafe<string>({ type: 'string', enum: [...values] });
const text = (maxLength = 20_000) => Type.String({ maxLength });
const whole = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const list = (items: object, maxItems: number) => Type.Unsafe<unknown>({ type: 'array', items, maxItems });

const token = Type.Object({ id: text(), label: text(), serial: text(), manufacturer: text(), model: text() }, closed);
const certificate = Type.Object({ subject: text(), issuer: text(), serialNumber: text(), notAfter: text() }, closed);
const holder = Type.Object(
  { name: text(), organisation: text(), address: list(text(), 1000), email: text(), phone: text() },
  closed,
);
const step = Type.Object(
  {
    id: text(),
    mark: oneOf(STEP_MARKS),
    doneAt: nullable(text()),
    waitingSince: nullable(text()),
    note: text(),
    reference: text(),
  },
  closed,
);
const note = Type.Object({ id: whole(), at: text(), who: text(), text: text() }, closed);
const file = Type.Object(
  {
    id: text(),
    name: text(),
    type: text(),
    stepId: Type.Optional(nullable(text())),
    size: whole(),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    addedAt: text(),
    who: text(),
  },
  closed,
);
const entry = Type.Object(
  {
    seq: whole(),
    at: text(),
    who: text(),
    what: oneOf(HAPPENINGS),
    detail: Type.Unsafe<Record<string, string>>({
      type: 'object',
      maxProperties: 100,
      patternProperties: { '^[A-Za-z]\\w{0,60}$': { type: 'string', maxLength: 20_000 } },
      ...closed,
    }),
  },
  closed,
);

const schema = Type.Object(
  {
    id: text(100),
    version: whole(),
    purpose: oneOf(PURPOSES),
    state: oneOf(['open', 'closed']),
    outcome: nullable(oneOf(CASE_OUTCOMES)),
    language: oneOf(LANGUAGES),
    opened: Type.Object({ at: text(), how: oneOf(OPENINGS) }, closed),
    closedAt: nullable(text()),
    token: nullable(token),
    certificate: nullable(certificate),
    holder,
    references: list(text(), 1000),
    reminderDays: whole(),
    procedure: Type.Unsafe<unknown>({ type: 'object' }),
    steps: list(step, 1000),
    notes: list(note, 10_000),
    files: list(file, 60),
    history: list(entry, 100_000),
  },
  closed,
);

/** The members of a case, of which nothing else is written down. */
export const MEMBERS = Object.keys(schema.properties) as (keyof WrittenCase)[];

/** What a procedure cannot be shown or walked with; what else its authors are held to is no business of a case. */
const CONTRADICTIONS = new Set(['same_id', 'no_such_contact', 'no_such_step', 'circle', 'no_such_date', 'control_character']);

let compiled: ((value: unknown) => boolean) | undefined;

/** Whether a value has the shape of a case, its procedure included. */
export function isCase(value: unknown): value is WrittenCase {
  compiled ??= new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
  if (!compiled(value)) return false;
  const shaped = checkShape((value as { procedure: unknown }).procedure);
  if (!('procedure' in shaped)) return false;
  const { procedure } = shaped;
  return checkProcedure(procedure, `${procedure.id}.json`).every(({ code }) => !CONTRADICTIONS.has(code));
}
