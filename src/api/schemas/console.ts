import { Type } from '../../schema/index.ts';
import { Time, Words } from './common.ts';

export const ConsoleCode = Type.Object(
  {
    id: Type.String({ description: 'Names the code without opening anything' }),
    code: Type.String({ description: 'Good once, for a minute' }),
    url: Type.String({ description: 'Where the page is; the code goes behind `#code=`' }),
    expiresAt: Time,
  },
  { title: 'ConsoleCode' },
);
export const ConsoleCodeState = Type.Object({
  state: Words(['waiting', 'used', 'expired', 'gone'], 'What became of the code'),
});
export const ConsoleSessionRequest = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
export const ConsoleSession = Type.Object(
  {
    token: Type.String({ description: 'Bearer token, good only from the page that asked' }),
    expiresAt: Time,
    idleSeconds: Type.Integer(),
    language: Type.Union([Words(['en', 'fr', 'es']), Type.Null()], { description: "The daemon's own, where one is set" }),
    version: Type.String(),
  },
  { title: 'ConsoleSession' },
);
