import type { AlgorithmName } from '../client/index.ts';
import { FACTS } from './algorithm.ts';

/** A word for a POSIX shell: as it is when nothing in it means anything there, else in single quotes. */
export function shellWord(text: string): string {
  const path = text.startsWith('-') ? `./${text}` : text;
  return /^[A-Za-z0-9_./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * The command by which OpenSSL 3 verifies a signature with a certificate (PEM), for any POSIX shell; null when it cannot: it
 * reads ECDSA signatures in DER only.
 */
export function opensslVerify(
  algorithm: AlgorithmName,
  encoding: 'p1363' | 'der',
  paths: { file: string; signature: string; certificate: string },
): string | null {
  const { family, hash } = FACTS[algorithm];
  const [file, signature, certificate] = [paths.file, paths.signature, paths.certificate].map(shellWord);
  if (family === 'eddsa') return `openssl pkeyutl -verify -rawin -certin -inkey ${certificate} -sigfile ${signature} -in ${file}`;
  if (family === 'ecdsa' && encoding !== 'der') return null;
  // RFC 7518, section 3.5: the salt is as long as the hash.
  const pss = family === 'pss' ? ' -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest' : '';
  return `openssl x509 -in ${certificate} -pubkey -noout | openssl dgst -${hash} -verify /dev/stdin${pss} -signature ${signature} ${file}`;
}

/** How this command line was called, as far as can be told, to print lines that work when they are pasted. */
export function programName(env: NodeJS.ProcessEnv): string {
  return env.npm_command === 'exec' ? 'npx signet' : 'signet';
}
