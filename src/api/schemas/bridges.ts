import { BRIDGES } from '../../bridges/index.ts';
import { type Static, Type } from '../../schema/index.ts';
import { Words } from './common.ts';

/** One bridge: a protocol that sites speak to other programs. */
export const Bridge = Type.Object(
  {
    name: Words(BRIDGES),
    enabled: Type.Boolean({ description: 'Switched on in the settings' }),
    listening: Type.Array(Type.String(), {
      description: 'Where it answers now: addresses on loopback, `native:` and the name of a messaging host, a scheme',
    }),
    problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it does not listen where it should, for people' }),
  },
  { title: 'Bridge' },
);

export type BridgeAnswer = Static<typeof Bridge>;
