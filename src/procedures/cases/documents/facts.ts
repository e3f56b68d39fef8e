import type { Language, Translate } from '../../../messages/index.ts';
import type { Contact, Step } from '../../procedure.ts';
import type { CaseDocumentInput } from '../record.ts';
import { showDay } from './language.ts';
import { oneLine, plainLines } from './plain.ts';

/** A fact with its label; an empty value is one that nobody has said yet. Several lines for an address. */
export interface Row {
  label: string;
  value: string;
  lines?: string[];
}

/** What is known of the holder; an address is one value of several lines. */
export function holderRows({ holder }: CaseDocumentInput, t: Translate): Row[] {
  const lines = holder.address.slice(0, 400).flatMap((line) => plainLines(line));
  return [
    { label: t('dossier.field.name'), value: oneLine(holder.name) },
    { label: t('dossier.field.organisation'), value: oneLine(holder.organisation) },
    { label: t('dossier.field.address'), value: lines.join(', '), lines },
    { label: t('dossier.field.email'), value: oneLine(holder.email) },
    { label: t('dossier.field.phone'), value: oneLine(holder.phone) },
  ];
}

/** What is known of the token and the certificate: of the one that the case is not about, nothing is asked. */
export function objectRows(input: CaseDocumentInput, t: Translate, language: Language): Row[] {
  const { token, certificate, purpose } = input;
  const rows: Row[] = [];
  if (token !== null || purpose === 'unblock')
    rows.push(
      { label: t('dossier.field.token'), value: oneLine(token?.label ?? '') },
      { label: t('dossier.field.serial'), value: oneLine(token?.serial ?? '') },
      { label: t('dossier.field.model'), value: modelText(token) },
    );
  if (certificate !== null || purpose === 'renew' || purpose === 'revoke')
    rows.push(
      { label: t('dossier.field.subject'), value: nameText(certificate?.subject ?? '') },
      { label: t('dossier.field.issuer'), value: nameText(certificate?.issuer ?? '') },
      { label: t('dossier.field.number'), value: oneLine(certificate?.serialNumber ?? '') },
      { label: t('dossier.field.until'), value: certificate === null ? '' : oneLine(showDay(certificate.notAfter, language)) },
    );
  return rows;
}

/** The case's own number and those that letters should carry; the others only where there are any. */
export function referenceRows(input: CaseDocumentInput, t: Translate): Row[] {
  const others = input.references.map((reference) => oneLine(reference, 300)).filter((reference) => reference !== '');
  return [
    { label: t('dossier.field.case'), value: oneLine(input.id, 100) },
    ...(others.length > 0 ? [{ label: t('dossier.field.references'), value: others.join(', ') }] : []),
  ];
}

/** Where a step goes to, or null. */
export function contactOf(input: CaseDocumentInput, step: Step | undefined): Contact | null {
  return input.procedure.contacts.find(({ id }) => step !== undefined && id === step.contact) ?? null;
}

/** The step by which something is sent in, with its address: the first by post, or null when nothing goes by post. */
export function postStep(input: CaseDocumentInput): { step: Step; contact: Contact | null } | null {
  const step = input.procedure.steps.find(({ channel, who }) => channel === 'post' && who === 'holder');
  return step === undefined ? null : { step, contact: contactOf(input, step) };
}

/** A distinguished name with a blank behind each comma that parts it, so that a line can break there. */
function nameText(name: string): string {
  return oneLine(name).replace(/(?<!\\),(?=[A-Za-z0-9.]+=)/g, ', ');
}

/** Maker and model as one; many models name their maker themselves. */
function modelText(token: CaseDocumentInput['token']): string {
  const [maker, model] = [oneLine(token?.manufacturer ?? ''), oneLine(token?.model ?? '')];
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`.trim();
}
