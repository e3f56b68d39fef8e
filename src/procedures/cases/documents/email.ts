import { createHash } from 'node:crypto';
import { SignetError } from '../../../errors/index.ts';
import { type Language, translator } from '../../../messages/index.ts';
import { nameIn } from '../../name.ts';
import type { Step } from '../../procedure.ts';
import { cleanName, freeName } from '../file-name.ts';
import type { CaseDocumentInput, CaseFile } from '../record.ts';
import { contactOf, holderRows, objectRows, type Row, referenceRows } from './facts.ts';
import { issuerLanguage } from './language.ts';
import { oneLine } from './plain.ts';

/** An address that can stand in a header as it is; local parts beyond ASCII would need a server that takes them (RFC 6531). */
const ADDRESS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,252}[\p{L}\p{N}])?$/u;
const NAME_LONGEST = 120;

/**
 * The e-mail of a step as a file that mail programs open as a draft: to the step's contact, in the issuer's language first and
 * the person's below, with the files of the step and those of no step attached. CRLF, 7 bit (RFC 5322, RFC 2045). The same input gives the same bytes.
 * Throws `case_no_email` when the step is not done by e-mail or nobody's address is known.
 */
export async function makeEmail(input: CaseDocumentInput, stepId: string, language: Language): Promise<Buffer> {
  const step = input.procedure.steps.find(({ id }) => id === stepId);
  const contact = contactOf(input, step);
  if (step?.channel !== 'email' || contact?.email == null || !ADDRESS.test(contact.email)) throw new SignetError('case_no_email');
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const first = issuerLanguage(input.procedure.country, language);
  const from = ADDRESS.test(input.holder.email)
    ? { name: oneLine(input.holder.name, NAME_LONGEST), address: input.holder.email }
    : undefined;
  const mark = createHash('sha256').update(`${input.id}\n${input.version}\n${stepId}\n${input.now}`).digest('hex').slice(0, 32);
  const attached = attachments(input.files.filter((file) => file.stepId === null || file.stepId === stepId));
  const names = attached.map(({ filename }) => filename);
  const texts = [...new Set([first, language])].map((each) => body(input, step, names, each, each !== first));
  const message = new MailComposer({
    ...(from === undefined ? {} : { from, replyTo: from }),
    to: { name: oneLine(nameIn(contact.name, first), NAME_LONGEST), address: contact.email },
    subject: subject(input, first),
    date: new Date(input.now),
    messageId: `<${mark}@signet.invalid>`,
    headers: { 'X-Unsent': '1', 'Content-Language': [...new Set([first, language])].join(', ') },
    text: texts.join('\r\n'),
    encoding: 'quoted-printable',
    attachments: attached,
    newline: '\r\n',
    baseBoundary: mark,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await message.compile().build();
}

function subject(input: CaseDocumentInput, language: Language): string {
  const t = translator(language);
  const parts = [t(`dossier.request.${input.purpose}.subject`), input.token?.serial ?? '', input.holder.name, input.id];
  return parts
    .map((part) => oneLine(part, 80))
    .filter((part) => part !== '')
    .join(' – ');
}

function body(input: CaseDocumentInput, step: Step, names: readonly string[], language: Language, second: boolean): string {
  const t = translator(language);
  const listed = ({ label, value }: Row): string => t('dossier.row', { label, value });
  const known = (rows: Row[]): string[] => rows.filter(({ value }) => value !== '').map(listed);
  const needs = step.needs.filter(({ kind }) => kind !== 'device' && kind !== 'packaging');
  const blocks = [
    ...(second ? ['----------------------------------------', t('dossier.mail.same')] : []),
    t('dossier.greeting'),
    t(`dossier.request.${input.purpose}.body`),
    [...known(holderRows(input, t)), ...known(objectRows(input, t, language)), ...known(referenceRows(input, t))].join('\n'),
    needs.length > 0 ? [t('dossier.mail.consists'), ...needs.map(({ text }) => `- ${oneLine(text[language])}`)].join('\n') : '',
    names.length > 0 ? [t('dossier.mail.attached'), ...names.map((name) => `- ${name}`)].join('\n') : '',
    step.waitsFor === null ? '' : t('dossier.mail.wait'),
    [t('dossier.mail.thanks'), oneLine(input.holder.name), oneLine(input.holder.organisation), oneLine(input.holder.phone)]
      .filter((line) => line !== '')
      .join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`.replaceAll('\n', '\r\n');
}

interface Attached {
  filename: string;
  contentType: string;
  contentDisposition: 'attachment';
  contentTransferEncoding: 'base64';
  content: Buffer;
}

function attachments(files: readonly CaseFile[]): Attached[] {
  const taken: string[] = [];
  return files.map(({ name, type, bytes }) => {
    const [, ending = 'bin'] = /\.([A-Za-z0-9]{1,8})$/.exec(name) ?? [];
    const filename = freeName(cleanName(name, [ending, ending.toLowerCase()]), taken);
    taken.push(filename);
    return {
      filename,
      // A part of these types must not be encoded (RFC 2046, 5), so what 7 bit cannot carry would be broken on the way.
      contentType: /^(?!message\/|multipart\/)[\w.+-]+\/[\w.+-]+$/i.test(type) ? type : 'application/octet-stream',
      contentDisposition: 'attachment',
      contentTransferEncoding: 'base64',
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    };
  });
}
