import { InvalidArgumentError } from 'commander';
import type { AlgorithmName } from '../client/index.ts';
import { CliFailure } from './failure.ts';

/** Family and hash of each algorithm (RFC 7518, section 3.1; RFC 8037). EdDSA hashes by itself. */
export const FACTS = {
  RS256: { family: 'pkcs1', hash: 'sha256' },
  RS384: { family: 'pkcs1', hash: 'sha384' },
  RS512: { family: 'pkcs1', hash: 'sha512' },
  PS256: { family: 'pss', hash: 'sha256' },
  PS384: { family: 'pss', hash: 'sha384' },
  PS512: { family: 'pss', hash: 'sha512' },
  ES256: { family: 'ecdsa', hash: 'sha256' },
  ES384: { family: 'ecdsa', hash: 'sha384' },
  ES512: { family: 'ecdsa', hash: 'sha512' },
  EdDSA: { family: 'eddsa', hash: null },
} as const satisfies Record<AlgorithmName, { family: string; hash: string | null }>;

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** Every algorithm's name. */
export const NAMES = Object.keys(FACTS) as AlgorithmName[];

/** Reads an algorithm's name whatever its case. Throws commander's InvalidArgumentError. */
export function parseAlgorithm(text: string): AlgorithmName {
  const found = NAMES.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(NAMES.join(', '));
  return found;
}

/** The algorithm to sign with when none was named: the first that the credential offers, so the simplest of its key. Throws CliFailure. */
export function usualAlgorithm(offered: readonly AlgorithmName[]): AlgorithmName {
  const found = NAMES.find((name) => offered.includes(name));
  if (found === undefined) throw new CliFailure('credential_cannot_sign', 3);
  return found;
}

/** What a signature by a key of this type (as the API names it) is probably made with, likeliest first; all take the same digest. */
export function likelyAlgorithms(keyType: string | null): AlgorithmName[] {
  if (keyType?.startsWith('RSA') === true) return ['RS256', 'PS256'];
  const byType: Record<string, AlgorithmName> = {
    'EC P-256': 'ES256',
    'EC P-384': 'ES384',
    'EC P-521': 'ES512',
    Ed25519: 'EdDSA',
  };
  const found = byType[keyType ?? ''];
  return found === undefined ? [] : [found];
}
