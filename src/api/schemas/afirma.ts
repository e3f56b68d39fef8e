import { type Static, Type } from '../../schema/index.ts';
import { Time } from './common.ts';

export const AfirmaLaunchRequest = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: 'The address that the browser was sent to: afirma://websocket?…',
    }),
  },
  { additionalProperties: false },
);
export type AfirmaLaunchRequest = Static<typeof AfirmaLaunchRequest>;

export const AfirmaLaunchAnswer = Type.Object({
  port: Type.Integer({ description: 'Where the page finds Signet, on 127.0.0.1' }),
  expiresAt: Time,
});
export type AfirmaLaunchAnswer = Static<typeof AfirmaLaunchAnswer>;
