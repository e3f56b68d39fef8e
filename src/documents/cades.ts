import { createHash } from 'node:crypto';
import { TAG } from '../tokens/index.ts';
import { element, setOf } from './encode.ts';
import { CmsError, emptySignedData, readSignedData, readSigner, type SignedData, writeSignedData } from './signed-data.ts';
import { type Attributes, attribute, type CmsHash, digestAlgorithm, hashOf, type Signer, signerInfo } from './signer-info.ts';

const COUNTERSIGNATURE = '1.2.840.113549.1.9.6';
/** How many countersignatures may stand upon one another: hostile ones go on for ever, and each level is read by its own call. */
const DEEPEST = 16;

/** What is signed: data, put into the signature or left beside it, or only its digest by the signer's hash. */
export type CadesContent = { data: Buffer; detached: boolean } | { digest: Buffer };

/** Which signatures a countersignature signs: every one, or those that nobody has countersigned. */
export type CounterTarget = 'tree' | 'leafs';

/** Makes a CAdES B-B signature (ETSI EN 319 122-1) in DER. Throws what the signer throws. */
export async function signCades(content: CadesContent, signer: Signer, attributes: Attributes): Promise<Buffer> {
  const attached = 'data' in content && !content.detached ? content.data : null;
  return writeSignedData(await added(emptySignedData(attached), digestOf(content, hashOf(signer.algorithm)), signer, attributes));
}

/**
 * Adds a signature over the same content beside those that are there, whose bytes stay. A detached signature wants the content
 * or its digest. Throws CmsError: no CMS signature, or content that is neither in it nor given.
 */
export async function cosignCades(
  existing: Buffer,
  content: { data: Buffer } | { digest: Buffer } | null,
  signer: Signer,
  attributes: Attributes,
): Promise<Buffer> {
  const signed = readSignedData(existing);
  const own = signed.content === null ? content : { data: signed.content };
  if (own === null) throw new CmsError('the content is not in the signature');
  const digest = 'digest' in own ? own.digest : createHash(hashOf(signer.algorithm)).update(own.data).digest();
  return writeSignedData(await added(signed, digest, signer, attributes));
}

/** Signs the signatures that are there (RFC 5652, 11.4). Throws CmsError, or what the signer throws. */
export async function countersignCades(
  existing: Buffer,
  target: CounterTarget,
  signer: Signer,
  attributes: Attributes,
): Promise<Buffer> {
  const signed = readSignedData(existing);
  const signers: Buffer[] = [];
  for (const each of signed.signers) signers.push(await countersigned(each, target, signer, attributes, 0));
  return writeSignedData(withSigner({ ...signed, signers }, signer));
}

/** How many signatures `countersignCades` would make. Throws CmsError. */
export function countersignaturesOf(existing: Buffer, target: CounterTarget): number {
  const count = (info: Buffer, depth: number): number => {
    const below = countersOf(info, depth);
    const own = target === 'tree' || below.length === 0 ? 1 : 0;
    return below.reduce((sum, each) => sum + count(each, depth + 1), own);
  };
  return readSignedData(existing).signers.reduce((sum, each) => sum + count(each, 0), 0);
}

async function added(signed: SignedData, digest: Buffer, signer: Signer, attributes: Attributes): Promise<SignedData> {
  const info = await signerInfo(signer, { digest, contentType: signed.contentType }, attributes);
  return withSigner({ ...signed, signers: [...signed.signers, info] }, signer);
}

/** The signer's hash and certificates among those that are named at the top. */
function withSigner(signed: SignedData, { certificate, chain = [], algorithm }: Signer): SignedData {
  return {
    ...signed,
    digestAlgorithms: [...signed.digestAlgorithms, digestAlgorithm(hashOf(algorithm))],
    certificates: [...signed.certificates, certificate, ...chain],
  };
}

async function countersigned(
  info: Buffer,
  target: CounterTarget,
  signer: Signer,
  attributes: Attributes,
  depth: number,
): Promise<Buffer> {
  const { before, signature, unsigned } = readSigner(info);
  const others = unsigned.filter(({ type }) => type !== COUNTERSIGNATURE);
  const below: Buffer[] = [];
  for (const each of countersOf(info, depth)) below.push(await countersigned(each, target, signer, attributes, depth + 1));
  const own: Buffer[] = [];
  if (target === 'tree' || below.length === 0) {
    const digest = createHash(hashOf(signer.algorithm)).update(signature).digest();
    own.push(await signerInfo(signer, { digest, contentType: null }, attributes));
  }
  const counters = [...below, ...own].map((each) => attribute(COUNTERSIGNATURE, each));
  const members = setOf([...others.map(({ encoded }) => encoded), ...counters]);
  return element(TAG.sequence, ...before, Buffer.concat([Buffer.from([0xa1]), members.subarray(1)]));
}

function countersOf(info: Buffer, depth: number): Buffer[] {
  if (depth > DEEPEST) throw new CmsError('countersignatures nested too deeply');
  return readSigner(info).unsigned.flatMap(({ type, values }) => (type === COUNTERSIGNATURE ? values : []));
}

function digestOf(content: CadesContent, hash: CmsHash): Buffer {
  return 'digest' in content ? content.digest : createHash(hash).update(content.data).digest();
}
