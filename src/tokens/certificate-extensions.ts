import { type Addresses, readAuthorityAccess, readDistributionPoints } from './certificate-addresses.ts';
import { type DerElement, DerError, expectTag, objectIdentifier, readAll, readOnly, TAG } from './der.ts';

export type QcStatements = { qualified: boolean; qscd: boolean; types: ('esign' | 'eseal' | 'web')[] };

export type ExtensionFacts = Addresses & {
  keyUsage: string[] | null;
  extendedKeyUsage: string[] | null;
  isCa: boolean;
  subjectKeyId: string | null;
  authorityKeyId: string | null;
  policies: string[];
  qcStatements: QcStatements | null;
};

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

const EXTENDED_KEY_USAGES: ReadonlyMap<string, string> = new Map([
  ['2.5.29.37.0', 'anyExtendedKeyUsage'],
  ['1.3.6.1.5.5.7.3.1', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'clientAuth'],
  ['1.3.6.1.5.5.7.3.3', 'codeSigning'],
  ['1.3.6.1.5.5.7.3.4', 'emailProtection'],
  ['1.3.6.1.5.5.7.3.8', 'timeStamping'],
  ['1.3.6.1.5.5.7.3.9', 'OCSPSigning'],
  ['1.3.6.1.5.5.7.3.36', 'documentSigning'],
  ['1.3.6.1.4.1.311.10.3.12', 'msDocumentSigning'],
  ['1.3.6.1.4.1.311.20.2.2', 'msSmartcardLogon'],
  ['1.3.6.1.5.2.3.4', 'pkinitClientAuth'],
]);

const QC_TYPES: ReadonlyMap<string, 'esign' | 'eseal' | 'web'> = new Map([
  ['0.4.0.1862.1.6.1', 'esign'],
  ['0.4.0.1862.1.6.2', 'eseal'],
  ['0.4.0.1862.1.6.3', 'web'],
]);

/**
 * Reads the contents of the Extensions SEQUENCE OF (RFC 5280 section 4.2; QC statements: RFC 3739 and ETSI EN 319 412-5).
 * Key usages carry their RFC 5280 names, extended ones a name where known and else the OID; null means the extension is absent.
 * @throws DerError also for an extension that appears twice
 */
export function readExtensions(contents: Buffer): ExtensionFacts {
  const values = new Map<string, Buffer>();
  for (const element of readAll(contents)) {
    const fields = readAll(expectTag(element, TAG.sequence).contents);
    const oid = objectIdentifier(fields.shift());
    if (fields[0]?.tag === TAG.boolean) fields.shift();
    const value = expectTag(fields.shift(), TAG.octetString).contents;
    if (fields.length > 0) throw new DerError('too many fields in an extension');
    if (values.has(oid)) throw new DerError(`extension ${oid} appears twice`);
    values.set(oid, value);
  }
  const read = <T>(oid: string, reader: (value: Buffer) => T): T | null => {
    const value = values.get(oid);
    return value === undefined ? null : reader(value);
  };
  return {
    keyUsage: read('2.5.29.15', readKeyUsage),
    extendedKeyUsage: read('2.5.29.37', readExtendedKeyUsage),
    isCa: read('2.5.29.19', readIsCa) ?? false,
    subjectKeyId: read('2.5.29.14', (value) => readOnly(value, TAG.octetString).toString('hex')),
    authorityKeyId: read('2.5.29.35', readAuthorityKeyId),
    policies: read('2.5.29.32', readPolicies) ?? [],
    qcStatements: read('1.3.6.1.5.5.7.1.3', readQcStatements),
    crlUrls: readDistributionPoints(values.get('2.5.29.31')),
    ...readAuthorityAccess(values.get('1.3.6.1.5.5.7.1.1')),
  };
}

function readKeyUsage(value: Buffer): string[] {
  const contents = readOnly(value, TAG.bitString);
  const unused = contents[0];
  if (unused === undefined || unused > 7 || (contents.length === 1 && unused > 0)) throw new DerError('wrong BIT STRING');
  const bits = (contents.length - 1) * 8 - unused;
  return KEY_USAGES.filter((_, index) => index < bits && ((contents[1 + (index >> 3)] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

function readExtendedKeyUsage(value: Buffer): string[] {
  return readAll(readOnly(value, TAG.sequence))
    .map(objectIdentifier)
    .map((oid) => EXTENDED_KEY_USAGES.get(oid) ?? oid);
}

function readIsCa(value: Buffer): boolean {
  const [first] = readAll(readOnly(value, TAG.sequence));
  if (first?.tag !== TAG.boolean) return false;
  if (first.contents.length !== 1) throw new DerError('wrong BOOLEAN');
  return first.contents[0] !== 0;
}

/** The key identifier alone: the issuer's name and number beside it are rarely there. */
function readAuthorityKeyId(value: Buffer): string | null {
  const [first] = readAll(readOnly(value, TAG.sequence));
  return first?.tag === 0x80 ? first.contents.toString('hex') : null;
}

function readPolicies(value: Buffer): string[] {
  return readAll(readOnly(value, TAG.sequence)).map((policy) => objectIdentifier(fieldsOf(policy)[0]));
}

function readQcStatements(value: Buffer): QcStatements {
  const statements = new Map<string, DerElement | undefined>();
  for (const statement of readAll(readOnly(value, TAG.sequence))) {
    const [oid, information] = fieldsOf(statement);
    statements.set(objectIdentifier(oid), information);
  }
  const types = statements.get('0.4.0.1862.1.6');
  return {
    qualified: statements.has('0.4.0.1862.1.1'),
    qscd: statements.has('0.4.0.1862.1.4'),
    types: types === undefined ? [] : fieldsOf(types).flatMap((type) => QC_TYPES.get(objectIdentifier(type)) ?? []),
  };
}

function fieldsOf(element: DerElement): DerElement[] {
  return readAll(expectTag(element, TAG.sequence).contents);
}
