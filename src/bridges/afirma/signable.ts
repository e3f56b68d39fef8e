import type { DocumentCard } from '../../prompt/index.ts';
import type { Hash } from '../../signatures/algorithm.ts';
import { type Algorithm, ecdsaToDer } from '../../signatures/index.ts';
import type { KeyUse } from '../../sites/index.ts';
import { documentCard } from '../../sites/index.ts';
import type { Credential, KeyFacts } from '../../tokens/index.ts';
import { AfirmaFailure } from './failure.ts';
import { type DocumentFormat, readFormat } from './formats.ts';
import type { Properties } from './properties.ts';

export const OPERATIONS = ['sign', 'cosign', 'countersign'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One document and what is to be made of it, read and found possible. */
export interface Signable {
  operation: Operation;
  format: DocumentFormat;
  hash: Hash;
  data: Buffer;
  properties: Properties;
}

/** Reads what a request wants signed. Throws AfirmaFailure for what Signet does not make, before anybody is asked. */
export function readSignable(
  operation: string,
  wanted: { algorithm: string | undefined; format: string | undefined; data: Buffer; properties: Properties },
): Signable {
  const known = OPERATIONS.find((name) => name === operation.toLowerCase());
  if (known === undefined) throw new AfirmaFailure('operation');
  const hash = readHash(wanted.algorithm);
  const format = readFormat(wanted.format, known, wanted.data);
  return { operation: known, format, hash, data: wanted.data, properties: wanted.properties };
}

/** The hash of `SHA256withRSA` and its like. The key decides how it is signed, as in the original. */
function readHash(name: string | undefined): Hash {
  if (name === undefined || name === '') throw new AfirmaFailure('algorithm_missing');
  const [, bits] = /^SHA-?(256|384|512)(?:with(?:RSA|ECDSA|RSAEncryption)?)?$/i.exec(name.trim()) ?? [];
  // SHA-1 among them: collisions can be made, so that a signature over it proves little.
  if (bits === undefined) throw new AfirmaFailure('algorithm');
  return `sha${bits}` as Hash;
}

const RSA: Readonly<Record<Hash, Algorithm>> = { sha256: 'RS256', sha384: 'RS384', sha512: 'RS512' };
const ECDSA: Readonly<Record<Hash, Algorithm>> = { sha256: 'ES256', sha384: 'ES384', sha512: 'ES512' };

/** The algorithm of a key with a hash. Throws AfirmaFailure for a kind of key that the protocol has no name for. */
export function algorithmOf(key: KeyFacts, hash: Hash): Algorithm {
  if (key.type === 'rsa') return RSA[hash];
  if (key.type === 'ec') return ECDSA[hash];
  throw new AfirmaFailure('key_unfit');
}

/** What signing a document takes, found out before the person is asked. */
export interface Prepared extends Signable {
  /** Raw signatures. */
  signatures: number;
  card: DocumentCard;
}

/** `name` is that of a file that the person picked. Throws AfirmaFailure for a document that cannot be signed as it is wanted. */
export async function prepare(signable: Signable, name: string | null = null): Promise<Prepared> {
  const { format, hash, data } = signable;
  if (format === 'none') return { ...signable, signatures: 1, card: documentCard(name, hash, data, true) };
  const { inspectCades } = await import('./cades.ts');
  const { signatures, digest } = inspectCades(signable);
  const card = digest === null ? documentCard(name, hash, data, true) : documentCard(name, hash, digest, false);
  return { ...signable, signatures, card };
}

/** Makes the signature. Throws AfirmaFailure, or what the key's use throws. */
export async function makeSignature(signable: Signable, credential: Credential, key: KeyUse): Promise<Buffer> {
  const algorithm = algorithmOf(credential.certificate.facts.key, signable.hash);
  if (signable.format === 'cades') {
    const { makeCades } = await import('./cades.ts');
    return makeCades(signable, algorithm, credential, key);
  }
  const signature = await key.sign({ algorithm, data: signable.data, anyCurve: true });
  return algorithm.startsWith('ES') ? ecdsaToDer(signature) : signature;
}
