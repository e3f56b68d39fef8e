import { createHash } from 'node:crypto';
import { SignetError } from '../errors/index.ts';
import { type Algorithm, algorithmFacts, algorithmsFor } from '../signatures/index.ts';
import type { Credential } from '../tokens/index.ts';

/** What a site's server validates: an authentication token of the format `web-eid:1.0`. Base64 with padding. */
export interface LoginToken {
  unverifiedCertificate: string;
  algorithm: Algorithm;
  signature: string;
  format: 'web-eid:1.0';
  appVersion: string;
}

/** What such a token may be signed with, the usual first (authentication token format specification of Web eID). */
const ALLOWED: readonly Algorithm[] = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** The algorithm that this credential logs in with. Throws `algorithm_unsupported`. */
export function loginAlgorithm({ certificate, mechanisms }: Credential): Algorithm {
  const able = algorithmsFor(certificate.facts.key, mechanisms);
  const found = ALLOWED.find((algorithm) => able.includes(algorithm));
  if (found === undefined)
    throw new SignetError('algorithm_unsupported', { variant: 'key', params: { algorithm: ALLOWED.join(', ') } });
  return found;
}

/** The bytes that the key signs: H(origin) ‖ H(nonce), both as UTF-8 text; H is the hash of the algorithm. */
export function loginInput(algorithm: Algorithm, origin: string, challengeNonce: string): Buffer {
  const { hash } = algorithmFacts(algorithm);
  if (hash === null) throw new TypeError('EdDSA has no hash of its own');
  return Buffer.concat([origin, challengeNonce].map((text) => createHash(hash).update(text, 'utf8').digest()));
}
