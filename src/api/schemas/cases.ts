import { Type } from '../../schema/index.ts';
import { Time, Words } from './common.ts';

const Nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);
const Line = (description: string, maxLength = 200) => Type.String({ maxLength, description });

const Purpose = Words(['unblock', 'obtain', 'renew', 'revoke']);
const Language = Words(['en', 'fr', 'es']);
const Actor = Words(['holder', 'issuer', 'registration_office', 'help_desk']);
const Channel = Words(['email', 'post', 'web', 'phone', 'in_person', 'signet', 'software', 'none']);
const Outcome = Words(['solved', 'given_up', 'replaced']);
const Day = Type.String({ maxLength: 10, description: 'A day, YYYY-MM-DD' });
const Version = Type.Integer({
  minimum: 1,
  description: 'The version that the writer saw; another is refused with case_changed',
});

const CaseToken = Type.Object({
  id: Type.String({ description: 'Empty for a token that was not plugged in' }),
  label: Type.String(),
  serial: Type.String(),
  manufacturer: Type.String(),
  model: Type.String(),
});
const CaseCertificate = Type.Object({
  subject: Type.String({ description: 'RFC 4514' }),
  issuer: Type.String(),
  serialNumber: Type.String({ description: 'Hex' }),
  notAfter: Time,
});
const Holder = Type.Object({
  name: Type.String(),
  organisation: Type.String(),
  address: Type.Array(Type.String(), { description: 'Lines as on an envelope' }),
  email: Type.String(),
  phone: Type.String(),
});
const Contact = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  address: Nullable(Type.Array(Type.String())),
  url: Nullable(Type.String()),
  note: Nullable(Type.String()),
  lines: Type.Array(Type.String(), { description: 'All of it below the name, to be shown as it is' }),
});

const summary = {
  id: Type.String({ description: 'Such as 7KM-4QXB' }),
  version: Type.Integer({ description: 'Grows with each write' }),
  purpose: Purpose,
  purposeText: Type.String(),
  state: Words(['open', 'closed']),
  outcome: Nullable(Outcome),
  stateText: Type.String(),
  outcomeText: Nullable(Type.String()),
  title: Type.String(),
  procedureId: Type.String(),
  issuer: Type.String(),
  opened: Type.Object({ at: Time, how: Words(['manual', 'blocked', 'expiring', 'expired', 'lost']) }),
  closedAt: Nullable(Time),
  token: Nullable(CaseToken),
  certificate: Nullable(CaseCertificate),
  steps: Type.Object({ over: Type.Integer({ description: 'Done or not needed' }), total: Type.Integer() }),
  next: Nullable(Type.Object({ id: Type.String(), action: Type.String() })),
  waiting: Nullable(Type.Object({ id: Type.String(), action: Type.String(), since: Day })),
  reminder: Type.Boolean({ description: 'A step has waited for longer than the case lets it' }),
  offersClose: Nullable(
    Type.Object({ reason: Words(['unblocked', 'new_certificate', 'steps_done']), at: Time, text: Type.String() }),
  ),
};

export const CaseSummary = Type.Object(summary, { title: 'CaseSummary' });

export const CaseFile = Type.Object(
  {
    id: Type.String(),
    name: Type.String({ description: 'Made safe to show and to save under' }),
    type: Type.String({ description: 'Media type, found in the bytes' }),
    stepId: Nullable(Type.String({ description: 'The step it belongs to' })),
    size: Type.Integer(),
    sha256: Type.String({ description: 'Hex' }),
    addedAt: Time,
    who: Type.String(),
  },
  { title: 'CaseFile' },
);

export const Case = Type.Object(
  {
    ...summary,
    language: Language,
    holder: Holder,
    references: Type.Array(Type.String()),
    reminderDays: Type.Integer({ description: '0 for never' }),
    importedFrom: Nullable(Type.String({ description: 'Id of the case this is a copy of' })),
    summary: Type.Array(Type.String()),
    facts: Type.Array(Type.Object({ key: Type.String(), label: Type.String(), text: Type.String(), known: Type.Boolean() })),
    contacts: Type.Array(Contact),
    risks: Type.Array(Type.String()),
    cautions: Type.Array(Type.String()),
    noSteps: Nullable(Type.String({ description: 'In place of steps where no source tells any' })),
    walk: Type.Array(
      Type.Object({
        number: Type.Integer(),
        id: Type.String(),
        who: Actor,
        whoText: Type.String(),
        channel: Channel,
        channelText: Type.String(),
        action: Type.String(),
        details: Type.Array(Type.String()),
        needs: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), text: Type.String() })),
        contact: Nullable(Contact),
        waitsFor: Nullable(Type.Object({ from: Actor, text: Type.String(), sentence: Type.String() })),
        after: Type.Array(Type.Integer(), { description: 'Numbers of the steps that come first' }),
        afterText: Nullable(Type.String()),
        notBefore: Nullable(Type.String()),
        onlyIf: Nullable(Type.String()),
        state: Words(['todo', 'ready', 'waiting', 'done', 'not_needed'], 'todo: others come first'),
        stateText: Type.String(),
        missing: Type.Array(Type.String(), { description: 'Ids of the steps that come first' }),
        doneAt: Nullable(Day),
        waitingSince: Nullable(Day),
        waitingDays: Nullable(Type.Integer()),
        note: Type.String(),
        reference: Type.String(),
      }),
      { description: 'The steps in their order' },
    ),
    reminders: Type.Array(
      Type.Object({
        stepId: Type.String(),
        since: Day,
        days: Type.Integer(),
        text: Type.String(),
        contact: Nullable(Contact),
      }),
    ),
    notes: Type.Array(Type.Object({ id: Type.Integer(), at: Time, who: Type.String(), text: Type.String() })),
    files: Type.Array(CaseFile),
    history: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        at: Time,
        who: Type.String(),
        what: Type.String(),
        detail: Type.Record(Type.String(), Type.String()),
        text: Type.String(),
      }),
    ),
  },
  { title: 'Case' },
);

export const CaseId = Type.Object({ caseId: Type.String({ maxLength: 40 }) });
export const CaseStepId = Type.Object({ caseId: Type.String({ maxLength: 40 }), stepId: Type.String({ maxLength: 100 }) });
export const CaseFileId = Type.Object({ caseId: Type.String({ maxLength: 40 }), fileId: Type.String({ maxLength: 40 }) });

export const CasesQuery = Type.Object({ state: Type.Optional(Words(['open', 'closed'])) }, { additionalProperties: false });
export const VersionQuery = Type.Object({ version: Version }, { additionalProperties: false });
export const FileQuery = Type.Object(
  {
    version: Version,
    name: Type.String({ minLength: 1, maxLength: 8_000, description: 'Name of the file' }),
    stepId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'The step it belongs to; by itself the case as a whole' }),
    ),
  },
  { additionalProperties: false },
);
export const EmailQuery = Type.Object(
  {
    step: Type.Optional(Type.String({ maxLength: 100, description: 'By itself the first that goes by e-mail and is not over' })),
    language: Type.Optional(Language),
  },
  { additionalProperties: false },
);
export const DossierQuery = Type.Object({ language: Type.Optional(Language) }, { additionalProperties: false });

const HolderChange = Type.Object(
  {
    name: Type.Optional(Line('Name')),
    organisation: Type.Optional(Line('Organisation')),
    address: Type.Optional(Type.Array(Line('Line of an address'), { maxItems: 10 })),
    email: Type.Optional(Line('E-mail address', 254)),
    phone: Type.Optional(Line('Telephone', 60)),
  },
  { additionalProperties: false },
);
const References = Type.Array(Line('Number that letters carry'), { maxItems: 20 });
const ReminderDays = Type.Integer({ minimum: 0, maximum: 365, description: '0 for never; 7 by itself' });

export const OpenCaseRequest = Type.Object(
  {
    proposalId: Type.Optional(Type.String({ maxLength: 40 })),
    procedureId: Type.Optional(Type.String({ maxLength: 100 })),
    purpose: Type.Optional(Purpose),
    reason: Type.Optional(Words(['manual', 'lost'], 'lost: revoke, because it is lost or in wrong hands')),
    tokenId: Type.Optional(Type.String({ maxLength: 200, description: 'One that is plugged in' })),
    token: Type.Optional(
      Type.Object(
        { label: Line('Label'), serial: Line('Serial'), manufacturer: Line('Manufacturer'), model: Line('Model') },
        { additionalProperties: false, description: 'One that is not plugged in' },
      ),
    ),
    certificate: Type.Optional(
      Type.Object(
        {
          subject: Line('RFC 4514', 2_000),
          issuer: Line('RFC 4514', 2_000),
          serialNumber: Type.String({ maxLength: 100, pattern: '^[0-9a-fA-F]*$' }),
          notAfter: Type.String({ maxLength: 30, pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' }),
        },
        { additionalProperties: false },
      ),
    ),
    holder: Type.Optional(HolderChange),
    language: Type.Optional(Language),
    references: Type.Optional(References),
    reminderDays: Type.Optional(ReminderDays),
  },
  { additionalProperties: false },
);
export const ChangeCaseRequest = Type.Object(
  {
    version: Version,
    holder: Type.Optional(HolderChange),
    language: Type.Optional(Language),
    references: Type.Optional(References),
    reminderDays: Type.Optional(ReminderDays),
  },
  { additionalProperties: false },
);
export const CaseStepRequest = Type.Object(
  {
    version: Version,
    state: Type.Optional(Words(['waiting', 'done', 'not_needed', 'open'], 'open undoes what was recorded last')),
    date: Type.Optional(Day),
    note: Type.Optional(Type.String({ maxLength: 10_000 })),
    reference: Type.Optional(Line('Such as a tracking number')),
  },
  { additionalProperties: false },
);
export const CaseNoteRequest = Type.Object(
  { version: Version, text: Type.String({ minLength: 1, maxLength: 10_000 }) },
  { additionalProperties: false },
);
export const CloseCaseRequest = Type.Object({ version: Version, outcome: Outcome }, { additionalProperties: false });
export const ReopenCaseRequest = Type.Object({ version: Version }, { additionalProperties: false });

export const CaseFileAnswer = Type.Object({ file: CaseFile, version: Type.Integer() });
export const CaseImportAnswer = Type.Object({
  case: Case,
  known: Type.Boolean({ description: 'It was here just so: nothing was changed' }),
});

export const CaseProposal = Type.Object(
  {
    id: Type.String(),
    reason: Words(['blocked', 'expiring', 'expired']),
    purpose: Purpose,
    text: Type.String(),
    procedureId: Type.String(),
    title: Type.String(),
    token: CaseToken,
    certificate: Nullable(CaseCertificate),
    daysLeft: Nullable(Type.Integer()),
  },
  { title: 'CaseProposal' },
);
