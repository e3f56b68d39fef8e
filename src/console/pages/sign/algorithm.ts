import type { AlgorithmName } from '../../../client/types.ts';

/** The hash that an algorithm signs, by WebCrypto's name; null for EdDSA, which signs the data itself (RFC 8032). */
export const HASHES: Readonly<Record<AlgorithmName, 'SHA-256' | 'SHA-384' | 'SHA-512' | null>> = {
  RS256: 'SHA-256',
  PS256: 'SHA-256',
  ES256: 'SHA-256',
  RS384: 'SHA-384',
  PS384: 'SHA-384',
  ES384: 'SHA-384',
  RS512: 'SHA-512',
  PS512: 'SHA-512',
  ES512: 'SHA-512',
  EdDSA: null,
};

/** Every algorithm, the one that most programs can check first. */
export const ALGORITHMS: readonly AlgorithmName[] = [
  'RS256',
  'ES256',
  'PS256',
  'ES384',
  'ES512',
  'RS384',
  'RS512',
  'PS384',
  'PS512',
  'EdDSA',
];

/** Those of `offered` in that order. */
export function inOrder(offered: readonly AlgorithmName[]): AlgorithmName[] {
  return ALGORITHMS.filter((name) => offered.includes(name));
}

/** Those that a key of a kind such as "RSA 2048" or "EC P-256" can have signed with; all when it is not known. */
export function likely(keyType: string | null): AlgorithmName[] {
  if (keyType === null) return [...ALGORITHMS];
  if (keyType.startsWith('RSA')) return ALGORITHMS.filter((name) => /^[RP]S/.test(name));
  if (keyType.startsWith('EC')) return ALGORITHMS.filter((name) => name.startsWith('ES'));
  return ['EdDSA'];
}
