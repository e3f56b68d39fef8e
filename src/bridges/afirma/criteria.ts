import { createHash } from 'node:crypto';
import type { Credential } from '../../tokens/index.ts';
import { type NameFilter, readNameFilter } from './name-filter.ts';
import { attributesOf } from './names.ts';
import { fromBase64 } from './query.ts';

/** Narrows a list of certificates; `now` in milliseconds. */
export type Criterion = (all: readonly Credential[], now: number) => Credential[];
type Test = (credential: Credential, now: number) => boolean;

/** The criterion that a filter's word names, with its argument; null for a word that is none: it narrows nothing, as in the original. */
export function readCriterion(text: string): Criterion | null {
  const at = text.indexOf(':');
  const word = (at < 0 ? text : text.slice(0, at)).trim().toLowerCase();
  const argument = at < 0 ? '' : text.slice(at + 1).trim();
  if (word.startsWith('keyusage.')) return each(keyUsage(word.slice('keyusage.'.length), argument));
  return Object.hasOwn(WORDS, word) ? (WORDS[word]?.(argument) ?? null) : null;
}

/** Leaves out what is not valid by its dates. */
export const CURRENT: Criterion = each(
  ({ certificate: { facts } }, now) => Date.parse(facts.notBefore) <= now && now <= Date.parse(facts.notAfter),
);

const WORDS: Readonly<Record<string, (argument: string) => Criterion | null>> = {
  dnie: () => each(isDnieForSigning),
  ssl: (serial) => withSerial(serial, (own, all) => (isDnieForLogin(own) ? partnerOf(own, all) && own : own)),
  qualified: (serial) =>
    withSerial(serial, (own, all) => (signs(own) ? own : (partnerOf(own, all) ?? (isDnieForLogin(own) ? undefined : own)))),
  signingcert: () => each((credential) => !isDnieForLogin(credential)),
  authcert: () => each((credential) => !isDnieForSigning(credential)),
  nonexpired: () => CURRENT,
  sscd: () => each(({ certificate }) => certificate.facts.qcStatements?.qscd === true),
  'subject.rfc2254': (filter) => byName('subject', readNameFilter(filter)),
  'issuer.rfc2254': (filter) => byName('issuer', readNameFilter(filter)),
  // Of the chain above the issuer a token rarely holds anything: what is looked at is the issuer that the certificate names.
  'issuer.rfc2254.recurse': (filter) => byName('issuer', readNameFilter(filter)),
  'subject.contains': (text) => contains('subject', text),
  'issuer.contains': (text) => contains('issuer', text),
  thumbprint: thumbprint,
  policyid: (list) => {
    const wanted = list.split(',').map((oid) => oid.trim());
    return list === '' ? null : each(({ certificate }) => certificate.facts.policies.some((policy) => wanted.includes(policy)));
  },
  pseudonym: (which) => (which.toLowerCase() === 'only' ? each(isPseudonym) : withoutTwins),
  encodedcert: (encoded) => {
    const der = fromBase64(encoded);
    return each(({ certificate }) => der?.equals(certificate.der) === true);
  },
};

function each(test: Test): Criterion {
  return (all, now) => all.filter((credential) => test(credential, now));
}

function byName(side: 'subject' | 'issuer', filter: NameFilter | null): Criterion {
  return each(({ certificate }) => filter?.(attributesOf(certificate.facts[side])) === true);
}

function contains(side: 'subject' | 'issuer', text: string): Criterion {
  const wanted = text.toLowerCase();
  return each(({ certificate }) => {
    const name = certificate.facts[side];
    return name.toLowerCase().includes(wanted) || attributesOf(name).some(({ value }) => value.toLowerCase().includes(wanted));
  });
}

function thumbprint(argument: string): Criterion | null {
  const [name = '', print = '', ...rest] = argument.split(':');
  if (print === '' || rest.length > 0) return null;
  const hash = /^SHA-?(1|256|384|512)$/i.exec(name.trim())?.[1];
  const wanted = print.replace(/\s/g, '').toLowerCase();
  return each(
    ({ certificate }) => hash !== undefined && createHash(`sha${hash}`).update(certificate.der).digest('hex') === wanted,
  );
}

/** Bits of the key usage (RFC 5280, 4.2.1.3), as filters name them. */
const USAGES: Readonly<Record<string, string>> = {
  digitalsignature: 'digitalSignature',
  nonrepudiation: 'nonRepudiation',
  keyencipherment: 'keyEncipherment',
  dataencipherment: 'dataEncipherment',
  keyagreement: 'keyAgreement',
  keycertsign: 'keyCertSign',
  crlsign: 'cRLSign',
  encipheronly: 'encipherOnly',
  decipheronly: 'decipherOnly',
};

function keyUsage(name: string, wanted: string): Test {
  const usage = USAGES[name];
  if (usage === undefined || wanted.toLowerCase() === 'null') return () => true;
  return ({ certificate: { facts } }) =>
    facts.keyUsage !== null && facts.keyUsage.includes(usage) === (wanted.toLowerCase() === 'true');
}

/** Certificates with this serial number, each replaced by what `pick` makes of it. */
function withSerial(serial: string, pick: (own: Credential, all: readonly Credential[]) => Credential | undefined): Criterion {
  const wanted = bare(serial);
  return (all) => {
    const own = all.filter(({ certificate }) => bare(certificate.facts.serialNumber) === wanted);
    const picked = own.map((credential) => pick(credential, all)).filter((credential) => credential !== undefined);
    return [...new Set(picked)];
  };
}

function bare(serial: string): string {
  return serial.replace(/[\s#]/g, '').replace(/^0+/, '').toLowerCase();
}

/** The signing certificate of the same person and card: same issuer, same subject serial number, same last day. */
function partnerOf(own: Credential, all: readonly Credential[]): Credential | undefined {
  const { issuer, notAfter } = own.certificate.facts;
  return all.find((other) => {
    const { facts } = other.certificate;
    const alike = facts.issuer === issuer && facts.notAfter.slice(0, 10) === notAfter.slice(0, 10);
    return other !== own && signs(other) && alike && subjectSerial(other) === subjectSerial(own);
  });
}

function subjectSerial({ certificate }: Credential): string | undefined {
  return attributesOf(certificate.facts.subject).find(({ type }) => type === 'serialnumber')?.value;
}

function signs({ certificate }: Credential): boolean {
  return certificate.facts.keyUsage?.includes('nonRepudiation') === true;
}

const DNIE = readNameFilter('(&(cn=AC DNIE *)(ou=DNIE)(o=DIRECCION GENERAL DE LA POLICIA)(c=ES))');

function isDnie({ certificate }: Credential): boolean {
  return DNIE?.(attributesOf(certificate.facts.issuer)) === true;
}

function isDnieForSigning(credential: Credential): boolean {
  return isDnie(credential) && signs(credential);
}

function isDnieForLogin(credential: Credential): boolean {
  return isDnie(credential) && !signs(credential) && credential.certificate.facts.keyUsage?.includes('digitalSignature') === true;
}

function isPseudonym({ certificate }: Credential): boolean {
  return attributesOf(certificate.facts.subject).some(({ type }) => type === 'pseudonym');
}

/** Leaves out a certificate that has a twin under a pseudonym: same issuer and usage, ending within a minute of it. */
const withoutTwins: Criterion = (all) => {
  const pseudonyms = all.filter(isPseudonym);
  return all.filter((own) => pseudonyms.includes(own) || !pseudonyms.some((other) => areTwins(own, other)));
};

function areTwins({ certificate: { facts: a } }: Credential, { certificate: { facts: b } }: Credential): boolean {
  const apart = Math.abs(Date.parse(a.notAfter) - Date.parse(b.notAfter));
  return a.issuer === b.issuer && String(a.keyUsage) === String(b.keyUsage) && apart < 60_000;
}
