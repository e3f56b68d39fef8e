import { DerError, expectTag, objectIdentifier, readAll, readOnly, TAG } from '../tokens/index.ts';
import { element, integer, NULL, oid, setOf } from './encode.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
/** Members of one set, such as certificates: far more than anybody's signature has, and few enough to be compared in pairs. */
const MOST = 1_000;

/** The bytes are no CMS signature that can be added to. */
export class CmsError extends Error {
  override name = 'CmsError';
}

/**
 * A CMS SignedData (RFC 5652, 5.1) taken apart no further than is needed to add to it: whatever is in there already keeps its
 * bytes, because other signatures rest on them. `content` is null in a detached signature.
 */
export interface SignedData {
  digestAlgorithms: Buffer[];
  contentType: string;
  content: Buffer | null;
  certificates: Buffer[];
  crls: Buffer | null;
  signers: Buffer[];
}

/** Reads a DER SignedData. Throws CmsError, also for the indefinite lengths of BER. */
export function readSignedData(bytes: Buffer): SignedData {
  return reading(() => {
    const [type, wrapped, ...rest] = readAll(readOnly(bytes, TAG.sequence));
    if (objectIdentifier(type) !== SIGNED_DATA || rest.length > 0) throw new DerError('not a SignedData');
    const fields = readAll(readOnly(expectTag(wrapped, 0xa0).contents, TAG.sequence));
    expectTag(fields.shift(), TAG.integer);
    const algorithms = expectTag(fields.shift(), TAG.set);
    const [contentType, content] = readAll(expectTag(fields.shift(), TAG.sequence).contents);
    const certificates = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
    const crls = fields[0]?.tag === 0xa1 ? fields.shift() : undefined;
    const signers = expectTag(fields.shift(), TAG.set);
    if (fields.length > 0) throw new DerError('too many fields');
    const signed = {
      digestAlgorithms: encodings(algorithms.contents),
      contentType: objectIdentifier(contentType),
      content: content === undefined ? null : readOnly(expectTag(content, 0xa0).contents, TAG.octetString),
      certificates: certificates === undefined ? [] : encodings(certificates.contents),
      crls: crls?.encoded ?? null,
      signers: encodings(signers.contents),
    };
    // Whatever cannot be written again is refused before anything is signed.
    versionOf(signed);
    return signed;
  });
}

/** Writes it as a ContentInfo in DER. */
export function writeSignedData(signed: SignedData): Buffer {
  const { digestAlgorithms, contentType, content, certificates, crls, signers } = signed;
  const encapsulated = element(
    TAG.sequence,
    oid(contentType),
    ...(content === null ? [] : [element(0xa0, element(TAG.octetString, content))]),
  );
  const fields = [
    integer(versionOf(signed)),
    setOf(unique(digestAlgorithms)),
    encapsulated,
    ...(certificates.length === 0 ? [] : [element(0xa0, ...unique(certificates).sort(Buffer.compare))]),
    ...(crls === null ? [] : [crls]),
    setOf(signers),
  ];
  return element(TAG.sequence, oid(SIGNED_DATA), element(0xa0, element(TAG.sequence, ...fields)));
}

/** The version that its parts ask for (RFC 5652, 5.1). Throws DerError for parts that are none. */
function versionOf({ contentType, certificates, crls, signers }: SignedData): number {
  const kinds = new Set(certificates.map(([tag]) => tag));
  const revocations = crls === null ? [] : readAll(readOnly(crls, 0xa1));
  const versions = signers.map((each) => expectTag(readAll(readOnly(each, TAG.sequence))[0], TAG.integer).contents);
  if (kinds.has(0xa3) || revocations.some(({ tag }) => tag === 0xa1)) return 5;
  if (kinds.has(0xa2)) return 4;
  return kinds.has(0xa1) || contentType !== DATA || versions.some(([version]) => version === 3) ? 3 : 1;
}

/** A SignedData over plain data with nothing in it yet. */
export function emptySignedData(content: Buffer | null): SignedData {
  return { digestAlgorithms: [], contentType: DATA, content, certificates: [], crls: null, signers: [] };
}

/** An AlgorithmIdentifier (RFC 5280, 4.1.1.2). */
export function algorithmIdentifier(dotted: string, parameters: 'null' | 'absent'): Buffer {
  return element(TAG.sequence, oid(dotted), ...(parameters === 'null' ? [NULL] : []));
}

/** The parts of a SignerInfo (RFC 5652, 5.3) that a countersignature needs. Throws CmsError. */
export function readSigner(bytes: Buffer): {
  before: Buffer[];
  signature: Buffer;
  unsigned: { type: string; values: Buffer[]; encoded: Buffer }[];
} {
  return reading(() => {
    const fields = readAll(readOnly(bytes, TAG.sequence));
    const last = fields.at(-1);
    const unsigned = last?.tag === 0xa1 ? encodings(last.contents).map(attributeOf) : [];
    const before = last?.tag === 0xa1 ? fields.slice(0, -1) : fields;
    const signature = expectTag(before.at(-1), TAG.octetString).contents;
    return { before: before.map(({ encoded }) => encoded), signature, unsigned };
  });
}

function attributeOf(encoded: Buffer): { type: string; values: Buffer[]; encoded: Buffer } {
  const [type, values] = readAll(readOnly(encoded, TAG.sequence));
  return { type: objectIdentifier(type), values: encodings(expectTag(values, TAG.set).contents), encoded };
}

function encodings(contents: Buffer): Buffer[] {
  const all = readAll(contents);
  if (all.length > MOST) throw new DerError(`more than ${MOST} members`);
  return all.map(({ encoded }) => encoded);
}

function unique(all: readonly Buffer[]): Buffer[] {
  return all.filter((each, at) => all.findIndex((other) => other.equals(each)) === at);
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) throw new CmsError(error.message, { cause: error });
    throw error;
  }
}
