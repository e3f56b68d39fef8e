import { SignetError } from '../../errors/index.ts';
import { type Algorithm, algorithmsFor } from '../../signatures/index.ts';
import type { Credential } from '../../tokens/index.ts';
import type { HashFunction } from './request.ts';

/** How a site is told of a kind of signature, and asks for it (web-eid.js, models/SignatureAlgorithm). */
export interface SignatureAlgorithm {
  cryptoAlgorithm: 'ECC' | 'RSA';
  hashFunction: HashFunction;
  paddingScheme: 'NONE' | 'PKCS1.5' | 'PSS';
}

/** PKCS#11 3.0 mechanisms that sign a digest that was made elsewhere, which is all that this protocol has. */
const OF_DIGESTS: ReadonlySet<number> = new Set([0x1, 0xd, 0x1041]);
/** The hashes that Signet signs with; the protocol's others are refused. */
const BITS = ['256', '384', '512'] as const;

/** Everything that this credential can sign with, in the order of the hashes; of two paddings the usual one. */
export function signatureAlgorithms(credential: Credential): SignatureAlgorithm[] {
  return BITS.map((bits): HashFunction => `SHA-${bits}`).flatMap((hashFunction) => plan(credential, hashFunction)?.told ?? []);
}

/** How a hash of this function is signed. Throws `algorithm_unsupported`. */
export function algorithmFor(
  credential: Credential,
  hashFunction: HashFunction,
): { algorithm: Algorithm; told: SignatureAlgorithm } {
  const found = plan(credential, hashFunction);
  if (found === null) throw new SignetError('algorithm_unsupported', { params: { algorithm: hashFunction } });
  return found;
}

function plan({ certificate, mechanisms }: Credential, hashFunction: HashFunction) {
  const bits = BITS.find((each) => hashFunction === `SHA-${each}`);
  if (bits === undefined) return null;
  const { key } = certificate.facts;
  const able = algorithmsFor(key, new Set([...mechanisms].filter((mechanism) => OF_DIGESTS.has(mechanism))));
  const as = (algorithm: Algorithm, cryptoAlgorithm: 'ECC' | 'RSA', paddingScheme: SignatureAlgorithm['paddingScheme']) => ({
    algorithm,
    told: { cryptoAlgorithm, hashFunction, paddingScheme },
  });
  // Sites pair any hash with a curve, as X.509 does: one usable curve and hash stand for all three.
  if (key.type === 'ec') return able.length > 0 ? as(`ES${bits}`, 'ECC', 'NONE') : null;
  if (able.includes(`RS${bits}`)) return as(`RS${bits}`, 'RSA', 'PKCS1.5');
  return able.includes(`PS${bits}`) ? as(`PS${bits}`, 'RSA', 'PSS') : null;
}
