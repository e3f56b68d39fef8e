import { Type } from '../../schema/index.ts';

/** One of a few words. An enum rather than a union: the serialiser writes it without trying alternatives. */
export const Words = <const Word extends string>(words: readonly Word[], description?: string) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words], ...(description === undefined ? {} : { description }) });

/** Bytes in standard base64, padding optional. */
export const Base64 = (description: string, maxBytes?: number) =>
  Type.String({
    format: 'base64',
    description,
    ...(maxBytes === undefined ? {} : { maxLength: Math.ceil(maxBytes / 3) * 4 }),
  });

export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

export const TokenId = Type.String({ minLength: 1, maxLength: 200, description: 'Opaque id of a token' });
export const CredentialId = Type.String({ minLength: 1, maxLength: 200, description: 'Opaque id of a credential' });

export const PinStatus = Type.Object(
  {
    state: Words(['ok', 'low', 'final_try', 'locked', 'not_initialised', 'must_change', 'unknown']),
    remaining: Type.Union([Type.Object({ atLeast: Type.Integer(), atMost: Type.Integer() }), Type.Null()], {
      description: 'Tries left, or null when nothing is known',
    }),
    limit: Type.Integer({ description: 'Tries the token allows' }),
    basis: Words(['token', 'card', 'ledger', 'none'], 'Which evidence decided'),
    flagsReliable: Words(['yes', 'no', 'unproven'], "Whether this driver's flags moved after a failure that Signet saw"),
    observedAt: Time,
  },
  { title: 'PinStatus' },
);

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'The stable part' }),
    detail: Type.String(),
    instance: Type.String(),
    pin: Type.Optional(PinStatus),
    nextStep: Type.Optional(
      Type.Object({ text: Type.String(), procedureId: Type.Optional(Type.String()), href: Type.Optional(Type.String()) }),
    ),
    errors: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), expected: Type.String() }), {
        description: 'invalid_request: what was wrong where',
      }),
    ),
    made: Type.Optional(Type.Integer({ description: 'sign-batch: signatures made before the failure' })),
    field: Type.Optional(Type.String({ description: 'pin_format: which value cannot be one' })),
    version: Type.Optional(Type.Integer({ description: 'case_changed: the present version of the case' })),
    steps: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), action: Type.String() }), {
        description: 'case_step_too_early, case_step_needed: the steps that stand in the way',
      }),
    ),
    notBefore: Type.Optional(Type.String({ description: 'case_step_too_early: why the order matters' })),
    retryAfter: Type.Optional(Type.Integer({ description: 'Seconds, as in Retry-After' })),
  },
  { title: 'Problem', description: 'RFC 9457 problem details' },
);

/** Members that carry a PIN: they are cut out of the body before it is parsed, so that they never become a string. */
export const SecretText = (description: string) => Type.String({ description, maxLength: 1024, format: 'password' });

/** The failures of every route, as the OpenAPI document shows them. */
export const Failure = {
  '4xx': { description: 'Refused: see `code`', content: { 'application/problem+json': { schema: Problem } } },
  '5xx': { description: 'Could not: see `code`', content: { 'application/problem+json': { schema: Problem } } },
} as const;

/** An answer without a body. */
export const Done = Type.Null({ description: 'Done' });
