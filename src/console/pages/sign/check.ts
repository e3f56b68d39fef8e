import type { AlgorithmName } from '../../../client/types.ts';
import { type Signed, verify } from '../../api/calls.ts';
import { base64, bytesOf, FileTrouble, LARGEST_WHOLE, signedOf } from './content.ts';

/** By whom the signature should be. */
export type Signer = { credentialId: string } | { certificate: string };

export type Verdict =
  | { kind: 'valid'; algorithm: AlgorithmName }
  | { kind: 'invalid' }
  | { kind: 'unsure'; reason: 'key_mismatch' | 'signature_length' | 'malformed_signature' | 'unverifiable' };

/** More bytes than this are no raw signature. */
const LONGEST_SIGNATURE = 4096;
const LONGEST_CERTIFICATE = 48_000;

/** Checks a signature with each algorithm that could have made it, until one fits. Throws ApiProblem and FileTrouble. */
export async function check(
  file: File,
  signatureFile: File,
  signer: Signer,
  algorithms: readonly AlgorithmName[],
): Promise<Verdict> {
  if (signatureFile.size === 0 || signatureFile.size > LONGEST_SIGNATURE)
    return { kind: 'unsure', reason: 'malformed_signature' };
  const bytes = await bytesOf(signatureFile, LONGEST_SIGNATURE);
  const signature = base64(bytes);
  const reasons = new Set<string>();
  const known = new Map<string, Signed>();
  for (const algorithm of algorithms) {
    if (algorithm === 'EdDSA' && file.size > LARGEST_WHOLE) {
      if (algorithms.length === 1) throw new FileTrouble('too_large', file, LARGEST_WHOLE);
      continue;
    }
    const signed = await signedOf(file, algorithm, known);
    for (const encoding of encodings(algorithm, bytes)) {
      const { valid, reason } = await verify({ algorithm, ...signed, signature, ...encoding, ...signer });
      if (valid) return { kind: 'valid', algorithm };
      reasons.add(reason ?? 'unverifiable');
      // Another form of the signature does not change the key.
      if (reason === 'key_mismatch') break;
    }
  }
  return verdictOf(reasons);
}

/** A certificate from a file, as the API takes it: PEM as it is, DER in base64. */
export async function certificateOf(file: File): Promise<string> {
  const bytes = await bytesOf(file, LONGEST_CERTIFICATE);
  const text = new TextDecoder().decode(bytes);
  return text.includes('-----BEGIN') ? text : base64(bytes);
}

function encodings(algorithm: AlgorithmName, bytes: Uint8Array): { encoding?: 'der' | 'p1363' }[] {
  if (!algorithm.startsWith('ES')) return [{}];
  const der = { encoding: 'der' } as const;
  const raw = { encoding: 'p1363' } as const;
  // DER begins with the tag of a sequence.
  return bytes[0] === 0x30 ? [der, raw] : [raw, der];
}

function verdictOf(reasons: ReadonlySet<string>): Verdict {
  if (reasons.has('signature_mismatch')) return { kind: 'invalid' };
  for (const reason of ['signature_length', 'malformed_signature', 'unverifiable'] as const) {
    if (reasons.has(reason)) return { kind: 'unsure', reason };
  }
  return { kind: 'unsure', reason: 'key_mismatch' };
}
