import { LARGEST_FILES, MOST_FILES } from '../../prompt/index.ts';
import { type Static, Type } from '../../schema/index.ts';
import { Base64, PinStatus, SecretText, Time, Words } from './common.ts';

const Ways = Words(['extension', 'page', 'webeid', 'scs', 'nexu', 'afirma', 'program']);
const Rights = Words(['certificates', 'authenticate', 'sign']);
const Face = Words(['console', 'terminal']);
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const Asker = Type.Object({
  kind: Words(['site', 'program']),
  name: Type.String({ description: "A site's origin in full, or a program's name" }),
  via: Ways,
});
const TokenShown = Type.Object({
  id: Type.String(),
  label: Type.String(),
  reader: Type.String(),
  pinPad: Type.Boolean({ description: 'The PIN is typed on the reader' }),
  minPinLength: Type.Integer(),
  maxPinLength: Type.Integer(),
});
const CertificateShown = Type.Object({
  credentialId: Type.String(),
  holder: Type.String(),
  issuer: Type.String(),
  notBefore: Type.String(),
  notAfter: Type.String(),
  valid: Type.Boolean(),
  token: TokenShown,
});
const Act = Type.Union([
  Type.Object({ kind: Type.Literal('login') }),
  Type.Object({ kind: Type.Literal('authenticate') }),
  Type.Object({
    kind: Type.Literal('sign'),
    documents: Type.Array(Type.Object({ name: orNull(Type.String()), digest: Type.String() })),
    count: Type.Integer(),
  }),
]);
const WayOut = orNull(Type.Object({ text: Type.String(), procedureId: orNull(Type.String()) }));

export const PromptQuestion = Type.Union(
  [
    Type.Object({ kind: Type.Literal('pair'), asker: Asker, wants: Type.Array(Rights), days: Type.Array(Type.Integer()) }),
    Type.Object({
      kind: Type.Literal('certificate'),
      asker: Asker,
      purpose: Words(['show', 'authenticate', 'sign']),
      candidates: Type.Array(CertificateShown),
      rememberDays: orNull(Type.Integer()),
    }),
    Type.Object({
      kind: Type.Literal('pin'),
      asker: Asker,
      act: Act,
      certificate: orNull(CertificateShown),
      token: TokenShown,
      tries: PinStatus,
      again: orNull(Words(['pin_incorrect', 'pin_known_wrong', 'pin_format', 'rate_limited'])),
      waitSeconds: Type.Integer(),
      wayOut: WayOut,
    }),
    Type.Object({ kind: Type.Literal('confirm'), asker: Asker, act: Act, certificate: CertificateShown }),
    Type.Object({
      kind: Type.Literal('load'),
      asker: Asker,
      title: Type.String({ description: "The site's own words, as the description is" }),
      description: Type.String(),
      extensions: Type.Array(Type.String(), { description: 'Without a dot; none: every kind of file' }),
      multiple: Type.Boolean(),
      limits: Type.Object({ files: Type.Integer(), bytes: Type.Integer({ description: 'Of all together' }) }),
    }),
    Type.Object({
      kind: Type.Literal('save'),
      asker: Asker,
      name: Type.String({ description: 'Bare file name that the site proposes' }),
      size: Type.Integer({ description: 'Bytes' }),
      digest: Type.String(),
    }),
    Type.Object({ kind: Type.Literal('final_try'), asker: Asker, token: TokenShown, tries: PinStatus, wayOut: WayOut }),
    Type.Object({ kind: Type.Literal('blocked'), asker: Asker, token: TokenShown, tries: PinStatus, wayOut: WayOut }),
  ],
  { description: 'What the person is asked' },
);

export const PromptWords = Type.Object(
  {
    title: Type.String(),
    lines: Type.Array(Type.String()),
    warning: orNull(Type.String()),
    prompt: orNull(Type.String()),
    ok: Type.String(),
    other: orNull(Type.String()),
    cancel: Type.String(),
  },
  { description: "The question in the reader's language" },
);

export const PromptShown = Type.Object(
  {
    id: Type.String(),
    face: Face,
    openedAt: Time,
    expiresAt: Time,
    waiting: Type.Integer({ description: 'Acts that waited behind this one when it was opened' }),
    question: PromptQuestion,
    words: PromptWords,
    choices: Type.Array(Type.Array(Type.String()), { description: 'The candidates in words, lines of each; else empty' }),
  },
  { title: 'Prompt' },
);
export const PromptsAnswer = Type.Object({ prompts: Type.Array(PromptShown, { description: 'At most one: the open question' }) });
export const PromptStreamQuery = Type.Object({ face: Face }, { additionalProperties: false });

export const EventsQuery = Type.Object({ face: Type.Optional(Face) });

export const PromptId = Type.Object({ promptId: Type.String({ minLength: 1, maxLength: 100 }) });
export const PromptAnswerRequest = Type.Object(
  {
    kind: Words(
      ['pair', 'certificate', 'pin', 'confirm', 'load', 'save', 'final_try', 'blocked'],
      'Of the question: an answer never fits another kind',
    ),
    rights: Type.Optional(Type.Array(Rights, { minItems: 1, maxItems: 3, uniqueItems: true })),
    days: Type.Optional(Type.Integer()),
    credentialId: Type.Optional(Type.String({ maxLength: 200 })),
    remember: Type.Optional(Type.Boolean()),
    pin: Type.Optional(SecretText('Left out for a PIN pad')),
    files: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ maxLength: 1024 }), data: Base64('The bytes of the file', LARGEST_FILES) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: MOST_FILES, description: 'Of `load`; 32 MiB together' },
      ),
    ),
  },
  { additionalProperties: false },
);
export type PromptAnswerBody = Static<typeof PromptAnswerRequest>;
