import type { BundlePin, CertificateSection, DriverSection, TokenSection } from './document.ts';
import { loose, type Picker } from './picker.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { readerModel } from './reader.ts';
import type { BundleCertificate, BundleToken } from './rooms.ts';
import { attributesOf } from './subject.ts';

const STATES = ['ok', 'low', 'final_try', 'locked', 'not_initialised', 'must_change', 'unknown'] as const;
const BASES = ['token', 'card', 'ledger', 'none'] as const;
const RELIABLE = ['yes', 'no', 'unproven'] as const;
const OID = /^\d+(?:\.\d+)+$/;
const USAGE = /^[A-Za-z]{2,40}$|^\d+(?:\.\d+)+$/;

/** Drivers as `/v1/drivers` has them, without the process's number. */
export function driverSection(driver: unknown, pick: Picker): DriverSection {
  const { id, name, library, state, version, crashes, lastError, queueLength } = loose(driver);
  return {
    id: pick.text(id),
    name: pick.text(name),
    library: pick.path(library),
    state: pick.word(state, ['starting', 'running', 'restarting', 'failed', 'disabled']),
    version: pick.text(version),
    crashes: pick.number(crashes),
    lastError: pick.text(lastError),
    queueLength: pick.number(queueLength),
  };
}

/** A token and what is on it. `certificates` is an error's code when they could not be read. */
export function tokenSection(
  token: BundleToken,
  certificates: readonly BundleCertificate[] | string,
  pick: Picker,
  pseudonyms: Pseudonyms,
): TokenSection {
  const read = typeof certificates === 'string' ? null : certificates;
  return {
    token: pseudonyms.name('token', token.id),
    driver: pick.text(token.driver),
    manufacturer: pick.text(token.manufacturer),
    model: pick.text(token.model),
    serial: pseudonyms.name('serial', token.serial),
    reader: pick.text(readerModel(token.reader)),
    flags: typeof token.flags === 'number' ? `0x${token.flags.toString(16).padStart(8, '0')}` : null,
    pinPad: pick.flag(token.pinPad),
    pin: pinSection(token.pin, pick),
    puk: pinSection(token.puk, pick),
    certificates: read === null ? null : read.map((certificate) => certificateSection(certificate, pick, pseudonyms)),
    certificatesError: read === null ? pick.code(certificates) : null,
  };
}

function pinSection(pin: unknown, pick: Picker): BundlePin {
  const { state, remaining, limit, basis, flagsReliable, observedAt } = loose(pin);
  const { atLeast, atMost } = loose(remaining);
  const known = typeof atLeast === 'number' && typeof atMost === 'number';
  return {
    state: (pick.word(state, STATES) ?? 'unknown') as BundlePin['state'],
    remaining: known ? { atLeast, atMost } : null,
    limit: pick.number(limit) ?? 0,
    basis: (pick.word(basis, BASES) ?? 'none') as BundlePin['basis'],
    flagsReliable: (pick.word(flagsReliable, RELIABLE) ?? 'unproven') as BundlePin['flagsReliable'],
    observedAt: pick.time(observedAt),
  };
}

function certificateSection({ ids, facts, hasKey }: BundleCertificate, pick: Picker, pseudonyms: Pseudonyms): CertificateSection {
  const { qualified, qscd } = loose(facts?.qcStatements);
  return {
    certificate: pseudonyms.name('cert', ids[0] ?? ''),
    subject: facts === null ? null : subjectOf(facts, pick, pseudonyms),
    issuer: pick.issuer(facts?.issuer),
    serial: facts === null ? null : pseudonyms.name('serial', facts.serialNumber),
    key: keyOf(facts?.key, pick),
    notBefore: pick.time(facts?.notBefore),
    notAfter: pick.time(facts?.notAfter),
    keyUsage: pick.all(facts?.keyUsage, 20, (usage) => pick.code(usage, USAGE)),
    extendedKeyUsage: pick.all(facts?.extendedKeyUsage, 40, (usage) => pick.code(usage, USAGE)),
    policies: pick.all(facts?.policies, 40, (policy) => pick.code(policy, OID)),
    isCa: pick.flag(facts?.isCa),
    qualified: pick.flag(qualified),
    qscd: pick.flag(qscd),
    hasKey: pick.flag(hasKey),
  };
}

function keyOf(key: unknown, pick: Picker): string | null {
  const { type, bits, curve } = loose(key);
  const kind = pick.word(type, ['rsa', 'ec', 'ed25519', 'unknown']);
  const size = pick.number(bits) ?? pick.word(curve, ['P-256', 'P-384', 'P-521', 'other']);
  return kind === null || size === null ? kind : pick.code(`${kind} ${size}`, /^[a-z]+ [\w-]+$/);
}

/** Which attributes there are is worth knowing; of their values only the country is told, or all of a CA's. */
function subjectOf(facts: NonNullable<BundleCertificate['facts']>, pick: Picker, pseudonyms: Pseudonyms): string | null {
  if (facts.isCa) return pick.issuer(facts.subject);
  return attributesOf(facts.subject)
    .map(({ type, value }) => {
      const named = /^[A-Za-z]{1,30}$|^\d+(?:\.\d+)+$/.test(type) ? type : '?';
      if (named === 'C' && /^[A-Z]{2}$/i.test(value)) return `C=${value}`;
      return `${named}=${pseudonyms.name(kindOf(named), value)}`;
    })
    .join(', ');
}

function kindOf(type: string): 'name' | 'id' | 'email' | 'org' {
  if (type === 'emailAddress') return 'email';
  if (type === 'serialNumber' || type === 'UID' || type === 'organizationIdentifier') return 'id';
  return ['CN', 'GN', 'SN', 'pseudonym', 'initials', 'title'].includes(type) ? 'name' : 'org';
}
