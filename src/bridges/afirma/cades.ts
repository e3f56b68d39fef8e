import {
  CmsError,
  type CounterTarget,
  cosignCades,
  countersignaturesOf,
  countersignCades,
  type Signer,
  signCades,
} from '../../documents/index.ts';
import type { Algorithm } from '../../signatures/index.ts';
import type { KeyUse } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import { signedDigest } from './cms.ts';
import { AfirmaFailure } from './failure.ts';
import { hashNamed, readPolicy, wantsAge } from './policy.ts';
import type { Properties } from './properties.ts';
import type { Signable } from './signable.ts';

/** Countersignatures that one consent may make. */
const MOST_COUNTERSIGNATURES = 200;
const DIGEST_LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const;

/** How many raw signatures a document takes, and its digest where that is not the hash of the bytes that came. Throws AfirmaFailure. */
export function inspectCades(signable: Signable): { signatures: number; digest: Buffer | null } {
  const { operation, properties, data } = signable;
  readPolicy(properties);
  if (operation === 'sign') return { signatures: 1, digest: precalculated(signable) };
  return refusing(() => {
    if (operation === 'cosign') return { signatures: 1, digest: coveredDigest(signable) };
    const signatures = countersignaturesOf(data, targetOf(properties));
    if (signatures === 0) throw new AfirmaFailure('not_a_signature');
    if (signatures > MOST_COUNTERSIGNATURES) throw new AfirmaFailure('target');
    return { signatures, digest: null };
  });
}

/** Makes the signature in DER. Throws AfirmaFailure, or what the key's use throws. */
export async function makeCades(signable: Signable, algorithm: Algorithm, credential: Credential, key: KeyUse): Promise<Buffer> {
  const { operation, data, properties } = signable;
  const signer: Signer = {
    certificate: credential.certificate.der,
    chain: key.chain,
    algorithm,
    sign: (bytes) => key.sign({ algorithm, data: bytes, anyCurve: true }),
  };
  const policy = readPolicy(properties);
  const attributes = { signingTime: new Date(), ...(policy === null ? {} : { policy }) };
  if (operation === 'countersign') return refusing(() => countersignCades(data, targetOf(properties), signer, attributes));
  if (operation === 'cosign') return refusing(() => cosignCades(data, { digest: coveredDigest(signable) }, signer, attributes));
  const digest = precalculated(signable);
  const content = digest === null ? { data, detached: isDetached(properties) } : { digest };
  return signCades(content, signer, attributes);
}

/** What the site hashed itself, or null. */
function precalculated({ properties, hash, data }: Signable): Buffer | null {
  const name = properties.get('precalculatedHashAlgorithm');
  if (name === undefined || name.trim() === '') return null;
  // The signature names one hash for both: another over the document would make it unverifiable.
  if (hashNamed(name) !== hash) throw new AfirmaFailure('properties');
  if (data.length !== DIGEST_LENGTHS[hash]) throw new AfirmaFailure('data_malformed');
  return data;
}

function coveredDigest({ data, hash }: Signable): Buffer {
  const digest = signedDigest(data, hash);
  if (digest === null) throw new AfirmaFailure('content_missing');
  return digest;
}

/** The document stays out of the signature unless the site wants it in; the administration's policy wants it in. */
function isDetached(properties: Properties): boolean {
  const mode = properties.get('mode')?.trim().toLowerCase() ?? (wantsAge(properties) ? 'implicit' : 'explicit');
  return mode !== 'implicit';
}

/** `tree` is every signature, `leafs` (also written `leaves`) those that nobody has countersigned. */
function targetOf(properties: Properties): CounterTarget {
  const target = (properties.get('target') ?? 'leafs').trim().toLowerCase();
  if (target === 'tree') return 'tree';
  if (target === 'leafs' || target === 'leaves') return 'leafs';
  throw new AfirmaFailure('target');
}

function refusing<T>(work: () => T): T {
  const refused = (error: unknown): never => {
    throw error instanceof CmsError ? new AfirmaFailure('not_a_signature', { cause: error }) : error;
  };
  try {
    const done = work();
    return done instanceof Promise ? (done.catch(refused) as T) : done;
  } catch (error) {
    return refused(error);
  }
}
