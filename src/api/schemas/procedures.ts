import { Type } from '../../schema/index.ts';
import { Words } from './common.ts';

const Purposes = ['unblock', 'obtain', 'renew', 'revoke'] as const;
const Actors = ['holder', 'issuer', 'registration_office', 'help_desk'] as const;
const Text = Type.String();
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Texts = Type.Array(Type.String());

const short = {
  id: Type.String({ description: '`issuer.purpose`' }),
  title: Text,
  issuer: Text,
  programme: Type.Union([Type.String(), Type.Null()], {
    description: 'For whom or through whom, where one issuer has several ways',
  }),
  countryCode: Type.Union([Type.String(), Type.Null()], { description: 'ISO 3166-1 alpha-2; null for anywhere' }),
  purpose: Words(Purposes),
  purposeText: Text,
  pathway: Words(['puk_self_service', 'issuer_remote', 'send_in', 'in_person', 'reissue', 'online', 'none', 'unknown']),
  pathwayText: Text,
  tries: Type.Union([Type.Integer(), Type.Null()], { description: 'Wrong tries in a row that block, where a source tells' }),
  confidence: Words(['high', 'medium', 'low', 'unknown']),
};

export const ProcedureShort = Type.Object(short, { title: 'ProcedureShort' });

export const ProcedureListed = Type.Object(
  {
    ...short,
    origin: Words(['shipped', 'organisation']),
    replaces: Type.Boolean({ description: 'A file of the organisation that stands in place of the shipped one of the same id' }),
  },
  { title: 'ProcedureListed' },
);

const ProcedureContact = Type.Object(
  {
    id: Text,
    name: Text,
    email: TextOrNull,
    phone: TextOrNull,
    address: Type.Union([Texts, Type.Null()]),
    url: TextOrNull,
    note: TextOrNull,
    lines: Type.Array(Type.String(), { description: 'All of it below the name; what is old or not published says so' }),
  },
  { title: 'ProcedureContact' },
);

const ProcedureStep = Type.Object(
  {
    number: Type.Integer(),
    id: Text,
    who: Words(Actors),
    whoText: Text,
    action: Text,
    details: Texts,
    needs: Type.Array(
      Type.Object({
        id: Text,
        kind: Words(['document', 'device', 'payment', 'code', 'certificate', 'packaging', 'other']),
        text: Text,
      }),
    ),
    channel: Words(['email', 'post', 'web', 'phone', 'in_person', 'signet', 'software', 'none']),
    channelText: Text,
    contact: Type.Union([ProcedureContact, Type.Null()]),
    waitsFor: Type.Union([Type.Object({ from: Words(Actors), text: Text, sentence: Text }), Type.Null()], {
      description: 'The step is done only when this has come',
    }),
    after: Type.Array(Type.Integer(), { description: 'Numbers of the steps that come first' }),
    afterText: TextOrNull,
    notBefore: Type.Union([Type.String(), Type.Null()], { description: 'Why it must not be done earlier' }),
    onlyIf: TextOrNull,
  },
  { title: 'ProcedureStep' },
);

export const ProcedureAnswer = Type.Object(
  {
    ...short,
    language: Words(['en', 'fr', 'es']),
    programmeText: TextOrNull,
    country: TextOrNull,
    summary: Texts,
    age: Type.Union([Type.String(), Type.Null()], { description: 'How old all this is, when it is old or nobody knows' }),
    steps: Type.Array(ProcedureStep, { description: 'In an order in which they can be done' }),
    noSteps: Type.Union([Type.String(), Type.Null()], { description: 'In place of steps where no source tells any' }),
    facts: Type.Array(
      Type.Object({
        key: Words(['tries', 'fee', 'turnaround', 'validity', 'renewal', 'afterPukBlocked']),
        label: Text,
        text: Text,
        known: Type.Boolean({ description: 'False when the text says that nothing is published' }),
      }),
    ),
    renewalOpensDaysBefore: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Days before its end from which a certificate may be renewed; null when no source tells',
    }),
    contacts: Type.Array(ProcedureContact),
    risks: Texts,
    cautions: Texts,
    sources: Type.Array(
      Type.Object({ id: Text, title: Text, url: TextOrNull, dates: Text, note: TextOrNull }, { title: 'ProcedureSource' }),
    ),
    verified: Type.String({ description: 'Day on which it was last held against its sources' }),
    verifiedText: Text,
    confidenceText: Text,
  },
  { title: 'Procedure' },
);

const ProcedureRefusal = Type.Object(
  {
    file: Text,
    line: Type.Union([Type.Integer(), Type.Null()], { description: 'From 1; null when it is about the whole' }),
    code: Type.String({ description: 'The stable part' }),
    reason: Text,
  },
  { title: 'ProcedureRefusal' },
);

const TokenIdQuery = Type.String({ minLength: 1, maxLength: 200, description: 'Only what fits this token, best first' });
const IssuerDn = Type.String({ minLength: 1, maxLength: 2048, description: 'Issuer of a certificate, RFC 4514' });

export const ProceduresQuery = Type.Object(
  {
    purpose: Type.Optional(Words(Purposes)),
    issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Part of the name of issuer or programme' })),
    tokenId: Type.Optional(TokenIdQuery),
  },
  { additionalProperties: false },
);
export const ProceduresAnswer = Type.Object({
  procedures: Type.Array(ProcedureListed),
  refusals: Type.Array(ProcedureRefusal, { description: 'Files that could not be used, and why' }),
});

export const ProcedureMatchQuery = Type.Object(
  {
    purpose: Words(Purposes),
    tokenId: Type.Optional(TokenIdQuery),
    issuerDn: Type.Optional(IssuerDn),
  },
  { additionalProperties: false },
);
export const ProcedureMatchAnswer = Type.Object({
  procedure: ProcedureAnswer,
  alternatives: Type.Array(ProcedureShort, { description: 'Others that fit as well or nearly, the generic one last' }),
});
