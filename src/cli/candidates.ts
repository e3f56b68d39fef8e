import { type KeyObject, X509Certificate } from 'node:crypto';
import type { AlgorithmName } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import { likelyAlgorithms } from './algorithm.ts';
import type { Candidate } from './check-signature.ts';
import { chooseCredential, nameOf } from './choose-credential.ts';
import { readWhole } from './digest.ts';
import type { Shell } from './shell.ts';

const LARGEST_CERTIFICATE = 1024 * 1024;
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/**
 * The certificates that a signature may be by: the one in a file, that of one credential, or those of all credentials that are
 * plugged in. Throws `certificate_malformed`, `credential_not_found`, or what reading the file throws.
 */
export async function candidates(
  shell: Shell,
  options: { certificate?: string; credential?: string; algorithm?: AlgorithmName },
): Promise<Candidate[]> {
  const { certificate, credential, algorithm } = options;
  const algorithmsOf = (keyType: string | null): AlgorithmName[] =>
    algorithm === undefined ? likelyAlgorithms(keyType) : [algorithm];
  if (certificate !== undefined) return [await fromFile(certificate, algorithmsOf)];
  const found =
    credential === undefined ? await shell.client.credentials() : [(await chooseCredential(shell, credential)).credential];
  return found.map((each) => ({
    by: { credentialId: each.id },
    name: nameOf(each),
    algorithms: algorithmsOf(each.certificate.keyType),
  }));
}

async function fromFile(path: string, algorithmsOf: (keyType: string | null) => AlgorithmName[]): Promise<Candidate> {
  const bytes = await readWhole(path, LARGEST_CERTIFICATE);
  try {
    const parsed = new X509Certificate(bytes);
    const name = /^CN=(.*)$/m.exec(parsed.subject)?.[1] ?? parsed.subject;
    return { by: { certificate: parsed.raw.toString('base64') }, name, algorithms: algorithmsOf(keyTypeOf(parsed.publicKey)) };
  } catch (error) {
    throw new SignetError('certificate_malformed', { cause: error });
  }
}

/** A key's type as the API names it, as far as algorithms depend on it. */
function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | null {
  if (asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss') return 'RSA';
  if (asymmetricKeyType === 'ed25519') return 'Ed25519';
  return asymmetricKeyType === 'ec' ? `EC ${CURVES[asymmetricKeyDetails?.namedCurve ?? '']}` : null;
}
