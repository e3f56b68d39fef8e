import { Type } from '../../schema/index.ts';
import { SITE_RIGHTS } from '../../store/index.ts';
import { Time, Words } from './common.ts';

export const SiteRightName = Words(SITE_RIGHTS);

export const Origin = Type.Object(
  {
    origin: Type.String({ description: 'As a browser writes it: scheme, host, port' }),
    rights: Type.Array(SiteRightName),
    pairedAt: Time,
    expiresAt: Time,
    lastUsedAt: Type.Union([Time, Type.Null()]),
    via: Type.String({ description: 'By which way it came when it was paired' }),
    certificates: Type.Array(
      Type.Object({ sha256: Type.String({ description: 'Fingerprint, hex' }), holder: Type.String(), until: Time }),
      { description: 'Those that it sees without asking again' },
    ),
  },
  { title: 'Origin' },
);
export const OriginsAnswer = Type.Object({ origins: Type.Array(Origin) });

export const NarrowOriginRequest = Type.Object(
  {
    rights: Type.Optional(Type.Array(SiteRightName, { minItems: 1, maxItems: SITE_RIGHTS.length, uniqueItems: true })),
    expiresAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
  },
  { additionalProperties: false, minProperties: 1 },
);
