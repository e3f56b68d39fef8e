import { Type } from '../../schema/index.ts';
import { Words } from './common.ts';

export const HostRequest = Type.Object(
  {
    host: Words(['eu.webeid'], 'The native messaging host that was called'),
    message: Type.Unsafe<unknown>({ description: "The extension's message as it came" }),
  },
  { additionalProperties: false },
);
export const HostAnswer = Type.Object({
  message: Type.Unsafe<object>({
    type: 'object',
    additionalProperties: true,
    description: 'What goes back to the extension: in its protocol a failure is an answer as well',
  }),
});
