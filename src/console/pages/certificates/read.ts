import type { Certificate, Credential, Procedure, Token } from '../../../client/types.ts';
import { certificates, credentials, tokens } from '../../api/calls.ts';
import { procedureFor } from '../tokens/procedure.ts';

/** A certificate with what belongs to it. */
export interface Held {
  certificate: Certificate;
  /** What it signs with, where its private key is there. */
  credential: Credential | null;
  /** How it is renewed, where Signet knows. */
  renewal: Procedure | null;
  /** From the certificate up to the last issuer that is on the token. */
  chain: Certificate[];
}

export interface Group {
  token: Token;
  held: Held[];
  /** Its certificates could not be read. */
  error?: unknown;
}

/** Reads every certificate of every token. A token that fails does not hide the others. */
export async function readCertificates(signal: AbortSignal): Promise<Group[]> {
  const [found, keys] = await Promise.all([tokens(signal), credentials(signal)]);
  return Promise.all(
    found.map(async (token): Promise<Group> => {
      try {
        const all = await certificates(token.id, signal);
        const held = await Promise.all(all.map((each) => withFriends(each, token, all, keys, signal)));
        return { token, held: held.sort((a, b) => rank(a) - rank(b)) };
      } catch (error) {
        return { token, held: [], error };
      }
    }),
  );
}

async function withFriends(
  certificate: Certificate,
  token: Token,
  all: readonly Certificate[],
  keys: readonly Credential[],
  signal: AbortSignal,
): Promise<Held> {
  const credential = keys.find((key) => key.tokenId === token.id && key.certificate.sha256 === certificate.sha256) ?? null;
  const asks = credential !== null && certificate.issuer !== null;
  const query = { tokenId: token.id, purpose: 'renew', issuerDn: certificate.issuer ?? '' } as const;
  const renewal = asks ? await procedureFor(query, signal).catch(() => null) : null;
  return { certificate, credential, renewal, chain: chainOf(certificate, all) };
}

function chainOf(certificate: Certificate, all: readonly Certificate[]): Certificate[] {
  const chain = [certificate];
  for (let last = certificate; last.issuer !== null && last.issuer !== last.subject; ) {
    const above = all.find((each) => each.isCa && each.subject === last.issuer && !chain.includes(each));
    if (above === undefined) break;
    chain.push(above);
    last = above;
  }
  return chain;
}

/** Those to sign with first, authorities last. */
function rank({ certificate, credential }: Held): number {
  return credential !== null ? 0 : certificate.isCa ? 2 : 1;
}
