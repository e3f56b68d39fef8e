import { Type } from '../../schema/index.ts';
import { Words } from './common.ts';

const CheckName = Type.String({ description: 'Stable id of a check, as docs/doctor.md lists them', examples: ['driver.loads'] });
const Severity = Words(['error', 'warning', 'notice'], 'How bad it is when it fails');

export const DiagnosticResult = Type.Object(
  {
    id: CheckName,
    title: Type.String(),
    severity: Severity,
    result: Words(['pass', 'warn', 'fail', 'skip', 'unknown']),
    subject: Type.Optional(
      Type.String({ description: 'What it is about, where there are several: a driver, a token, a certificate' }),
    ),
    evidence: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
    found: Type.String({ description: 'One sentence, in the language asked for' }),
    fix: Type.Union([Type.String(), Type.Null()], { description: 'What to do now, in one sentence' }),
    procedureId: Type.Optional(Type.String()),
    href: Type.Optional(Type.String({ description: 'Where the procedure is told in full' })),
    dependsOn: Type.Array(CheckName),
    durationMs: Type.Integer(),
    skippedBecause: Type.Optional(Type.String({ description: '`depends:<id>`, `not_needed`, `platform` or `cancelled`' })),
  },
  { title: 'DiagnosticResult' },
);

export const DiagnosticSummary = Type.Object({
  pass: Type.Integer(),
  warn: Type.Integer(),
  fail: Type.Integer(),
  skip: Type.Integer(),
  unknown: Type.Integer(),
  startHere: Type.Union([CheckName, Type.Null()], { description: 'The root cause to begin with; null when all is fine' }),
});

export const DiagnosticReport = Type.Object(
  {
    checks: Type.Array(DiagnosticResult),
    summary: DiagnosticSummary,
    end: Type.Literal(true, { description: 'Always last: a report without it was cut off' }),
  },
  { title: 'DiagnosticReport' },
);

export const DiagnosticList = Type.Object(
  {
    checks: Type.Array(
      Type.Object({
        id: CheckName,
        title: Type.String(),
        severity: Severity,
        dependsOn: Type.Array(CheckName),
        optIn: Type.Boolean({ description: 'Only made when asked for by its id' }),
        here: Type.Boolean({ description: 'Can be made on this machine' }),
      }),
    ),
  },
  { title: 'DiagnosticList' },
);

export const DiagnosticQuery = Type.Object(
  {
    check: Type.Optional(
      Type.Union(
        [
          Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }),
          Type.String({ minLength: 1, maxLength: 64 }),
        ],
        { description: 'Only this check; may be repeated' },
      ),
    ),
    list: Type.Optional(Type.Boolean({ description: 'Lists the checks instead of making them' })),
  },
  { additionalProperties: false },
);
