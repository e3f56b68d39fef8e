import { Type } from '../../schema/index.ts';
import { Time, Words } from './common.ts';

const ScopeName = Words(['status', 'sign', 'pin', 'admin']);

export const AuditAnswer = Type.Object({
  entries: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      at: Time,
      caller: Type.String(),
      action: Type.String(),
      outcome: Type.String(),
      token: Type.Optional(Type.String()),
      credential: Type.Optional(Type.String()),
      detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
      chain: Type.String({ description: 'SHA-256 over the entry and the one before, base64url' }),
    }),
  ),
  sound: Type.Boolean({ description: 'Numbering and chain hold for the whole trail' }),
});
export const AuditQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    before: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only entries with a smaller seq' }),
    ),
  },
  { additionalProperties: false },
);

export const Client = Type.Object({
  name: Type.String(),
  scopes: Type.Array(ScopeName),
  createdAt: Time,
  lastUsedAt: Type.Union([Time, Type.Null()]),
});
export const AddClientRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
    scopes: Type.Array(ScopeName, { minItems: 1, maxItems: 4, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export const AddClientAnswer = Type.Object({
  client: Client,
  token: Type.String({ description: 'Shown once; Signet keeps only its hash' }),
});

export const Health = Type.Object({ name: Type.Literal('signet'), version: Type.String() });
