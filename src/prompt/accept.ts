import type { Secret } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import { bareName } from './file-name.ts';
import type { Answers, PickedFile, Question, QuestionKind, QuestionOf, SiteRight } from './question.ts';

/** Files that one answer may bring, and the bytes of all together. */
export const MOST_FILES = 16;
export const LARGEST_FILES = 32 * 1024 * 1024;

/** What came from a face: the kind of question that it answers, and what that kind wants. */
export interface Given {
  kind: QuestionKind;
  rights?: readonly SiteRight[];
  days?: number;
  credentialId?: string;
  remember?: boolean;
  pin?: Secret | null;
  files?: readonly PickedFile[];
}

type Field = Exclude<keyof Given, 'kind'>;

/** What an answer of each kind is made of. */
const FIELDS: Readonly<Record<QuestionKind, readonly Field[]>> = {
  pair: ['rights', 'days'],
  certificate: ['credentialId', 'remember'],
  pin: ['pin'],
  confirm: [],
  load: ['files'],
  save: [],
  final_try: [],
  blocked: [],
};

/**
 * The answer to a question, made of what a face sent. Throws `invalid_request` with the field that does not fit: another kind of
 * answer (a final try is only agreed to by name), more than was asked for, a certificate or a time that was not offered, no PIN
 * where one is wanted, or one where it is typed on the reader, no file or too much of them.
 */
export function accept(question: Question, given: Given): Answers[QuestionKind] {
  if (given.kind !== question.kind) throw wrong('kind', question.kind);
  const fields = FIELDS[question.kind];
  for (const field of Object.keys(given) as (keyof Given)[]) {
    const empty = given[field] === undefined || given[field] === null;
    if (field !== 'kind' && !empty && !fields.includes(field)) throw wrong(field, 'not to be there');
  }
  switch (question.kind) {
    case 'pair':
      return pairing(question, given);
    case 'certificate':
      return choice(question, given);
    case 'pin':
      return { pin: pinFor(question, given) };
    case 'load':
      return { files: picked(question, given) };
    case 'confirm':
    case 'save':
    case 'final_try':
    case 'blocked':
      return {};
  }
}

function pairing({ wants, days: offered }: QuestionOf<'pair'>, { rights, days }: Given): Answers['pair'] {
  if (rights === undefined || rights.length === 0 || rights.some((right) => !wants.includes(right)))
    throw wrong('rights', `some of ${wants.join(', ')}`);
  if (days === undefined || !offered.includes(days)) throw wrong('days', `one of ${offered.join(', ')}`);
  return { rights: wants.filter((right) => rights.includes(right)), days };
}

function choice(question: QuestionOf<'certificate'>, { credentialId, remember }: Given): Answers['certificate'] {
  const chosen = question.candidates.find((candidate) => candidate.credentialId === credentialId);
  if (chosen === undefined) throw wrong('credentialId', 'one of those offered');
  if (remember === true && question.rememberDays === null) throw wrong('remember', 'false');
  return { credentialId: chosen.credentialId, remember: remember ?? false };
}

function pinFor({ token }: QuestionOf<'pin'>, { pin = null }: Given): Secret | null {
  if (token.pinPad && pin !== null) throw wrong('pin', 'not to be there: it is typed on the reader');
  if (!token.pinPad && (pin === null || pin.bytes.length === 0)) throw wrong('pin', 'to be present');
  return pin;
}

function picked({ limits }: QuestionOf<'load'>, { files = [] }: Given): PickedFile[] {
  if (files.length === 0 || files.length > limits.files)
    throw wrong('files', limits.files === 1 ? 'one file' : `1 to ${limits.files} files`);
  if (files.reduce((sum, { data }) => sum + data.length, 0) > limits.bytes)
    throw wrong('files', `at most ${limits.bytes} bytes together`);
  return files.map(({ name, data }) => ({ name: bareName(name, 'file'), data }));
}

function wrong(field: string, expected: string): SignetError {
  const name = `body.${field}`;
  return new SignetError('invalid_request', { params: { field: name }, extra: { errors: [{ field: name, expected }] } });
}
