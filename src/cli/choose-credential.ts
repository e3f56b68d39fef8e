import type { AlgorithmName, Credential } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import { CliFailure } from './failure.ts';
import type { Shell } from './shell.ts';

/** A credential, and how many others would have done as well when none was named. */
export interface Chosen {
  credential: Credential;
  others: number;
}

/**
 * The credential that was named by id or by part of its certificate's common name, or of its label; without a name the only one,
 * or the most suitable: able to sign, valid now, meant for signatures. Throws `credential_not_found` or CliFailure `credential_ambiguous`.
 */
export async function chooseCredential({ client }: Shell, named: string | undefined, algorithm?: AlgorithmName): Promise<Chosen> {
  const all = await client.credentials();
  if (named !== undefined) return { credential: byName(all, named), others: 0 };
  const able = all.filter(({ algorithms }) => (algorithm === undefined ? algorithms.length > 0 : algorithms.includes(algorithm)));
  const ranked = able
    .map((credential) => ({ credential, rank: rankOf(credential) }))
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        compare(a.credential.certificate.keyId, b.credential.certificate.keyId) ||
        compare(a.credential.id, b.credential.id),
    );
  const [best] = ranked;
  if (best === undefined) throw new SignetError('credential_not_found');
  return { credential: best.credential, others: ranked.length - 1 };
}

function byName(all: readonly Credential[], named: string): Credential {
  const exact = all.find(({ id }) => id === named);
  if (exact !== undefined) return exact;
  const wish = named.toLowerCase();
  const found = all.filter(({ label, certificate }) =>
    [label, certificate.commonName ?? ''].some((text) => text.toLowerCase().includes(wish)),
  );
  const [first, ...others] = found;
  if (first === undefined) throw new SignetError('credential_not_found');
  if (others.length > 0)
    throw new CliFailure('credential_ambiguous', 2, { list: found.map((each) => `  ${nameOf(each)} (${each.id})`).join('\n') });
  return first;
}

// The same choice each time, whatever order the driver lists in.
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function rankOf({ validity, usage }: Credential): number {
  const forSignatures = usage.length === 0 || usage.includes('nonRepudiation') || usage.includes('digitalSignature');
  return (validity.state === 'valid' ? 2 : 0) + (forSignatures ? 1 : 0);
}

/** What a person calls a credential. */
export function nameOf({ label, certificate, id }: Credential): string {
  return certificate.commonName || label || id;
}
