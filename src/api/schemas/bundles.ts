import type { BundleDocument } from '../../diagnostics/index.ts';
import { Type } from '../../schema/index.ts';
import { Time, Words } from './common.ts';

export const BundleId = Type.String({
  minLength: 8,
  maxLength: 20,
  description: 'To read over the phone: `K7QF-3MXT`, last a check character',
});

export const BundleRequest = Type.Object(
  {
    language: Type.Optional(
      Words(['en', 'fr', 'es'], 'Of the readable page and the texts of the checks; otherwise as Accept-Language'),
    ),
    record: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'A recording: the bundle takes its part of the log' }),
    ),
  },
  { additionalProperties: false },
);

export const BundleAnswer = Type.Object(
  {
    id: BundleId,
    // The document has a form of its own, which docs/support-bundle.md describes and the JSON in the archive repeats byte for byte.
    preview: Type.Unsafe<BundleDocument>({
      type: 'object',
      additionalProperties: true,
      description: 'Everything that is in the bundle, as it will be written',
    }),
    sizes: Type.Object({ zip: Type.Integer(), json: Type.Integer(), page: Type.Integer() }, { description: 'Bytes' }),
    expiresAt: Time,
  },
  { title: 'SupportBundle' },
);

export const Recording = Type.Object(
  {
    id: Type.String(),
    marker: Type.String({ description: 'Stands in the log where it begins and where it ends' }),
    startedAt: Time,
    endsAt: Type.Unsafe<string>({ ...Time, description: 'When it ends by itself' }),
    endedAt: Type.Union([Time, Type.Null()]),
  },
  { title: 'Recording' },
);
