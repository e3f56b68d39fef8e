import type { AlgorithmName, SignetClient } from '../client/index.ts';
import { FACTS, type Hash } from './algorithm.ts';

/** A certificate that the signature may be by. `by` names it in the request. */
export interface Candidate {
  by: { certificate: string } | { credentialId: string };
  /** For people. */
  name: string;
  algorithms: AlgorithmName[];
}

/** What is signed: the data itself for algorithms that hash by themselves. */
export interface Content {
  digests: Partial<Record<Hash, Buffer>>;
  data?: Buffer;
}

export type Finding =
  | { valid: true; candidate: Candidate; algorithm: AlgorithmName; encoding?: 'p1363' | 'der' }
  | { valid: false; reasons: Set<string> };

/** Asks whether the signature is by any of the candidates, with any of their algorithms, in either form of ECDSA; stops at the first that fits. */
export async function checkSignature(
  client: SignetClient,
  content: Content,
  signature: Buffer,
  candidates: readonly Candidate[],
): Promise<Finding> {
  const reasons = new Set<string>();
  for (const candidate of candidates) {
    for (const algorithm of candidate.algorithms) {
      const { family, hash } = FACTS[algorithm];
      const input = hash === null ? content.data : content.digests[hash];
      if (input === undefined) continue;
      for (const encoding of family === 'ecdsa' ? formsOf(signature) : [undefined]) {
        const form = encoding === undefined ? {} : { encoding };
        const signed = hash === null ? { data: input } : { digest: input };
        const { valid, reason } = await client.verify({ algorithm, signature, ...signed, ...form, ...candidate.by });
        if (valid) return { valid, candidate, algorithm, ...form };
        reasons.add(reason ?? 'unverifiable');
      }
    }
  }
  return { valid: false, reasons };
}

/** Both forms of an ECDSA signature, the likelier first: DER begins with the tag of a sequence. */
function formsOf(signature: Buffer): ('p1363' | 'der')[] {
  return signature[0] === 0x30 ? ['der', 'p1363'] : ['p1363', 'der'];
}
