import { createHash } from 'node:crypto';
import type { KeyReport, ObjectReport } from '../drivers/index.ts';
import { CertificateError, type CertificateFacts, parseCertificate } from './certificate.ts';
import type { Token } from './token.ts';

/** A certificate on a token. `facts` is null when it cannot be parsed; it is shown all the same, because support needs to see it. */
export interface TokenCertificate {
  /** CKA_ID in hex. */
  keyId: string;
  label: string;
  der: Buffer;
  sha256: string;
  facts: CertificateFacts | null;
}

/** A certificate and the private key that belongs to it. */
export interface Credential {
  id: string;
  token: Token;
  certificate: TokenCertificate & { facts: CertificateFacts };
  /** What the token told of the key while logged in; null when it hides private keys until then. */
  key: KeyReport | null;
  mechanisms: ReadonlySet<number>;
}

/** The objects of a token, sorted out. */
export interface TokenContents {
  certificates: TokenCertificate[];
  credentials: Credential[];
  /** CKA_IDs of every key that shows, private or public, each once. */
  keyIds: readonly string[];
  /** CKA_IDs of the private keys; null while the token hides them until login. */
  privateKeyIds: readonly string[] | null;
}

/**
 * Pairs certificates with private keys by CKA_ID. Private keys hide until login, so that before it a certificate counts as a
 * credential when a public key shares its id or it is not a CA's; after it, only when the private key is there and may sign.
 */
export function contentsOf(token: Token, objects: ObjectReport): TokenContents {
  // SoftHSM2 lists its objects in another order after each start; people count on "the first" staying the first.
  const certificates = objects.certificates.map(certificateOf).sort(byKeyThenPrint);
  const mechanisms = new Set(objects.mechanisms);
  const keys = new Map(objects.privateKeys.map((key) => [key.id, key]));
  const publicKeys = new Set(objects.publicKeys.map(({ id }) => id));
  const hidden = !objects.loggedIn && keys.size === 0;
  const credentials: Credential[] = [];
  for (const certificate of certificates) {
    const { facts, keyId } = certificate;
    if (facts === null || keyId === '') continue;
    const key = keys.get(keyId) ?? null;
    const paired = hidden ? publicKeys.has(keyId) || !facts.isCa : key?.canSign === true;
    if (!paired) continue;
    const id = credentialId(token, certificate.der);
    credentials.push({ id, token, certificate: { ...certificate, facts }, key, mechanisms });
  }
  return {
    certificates,
    credentials,
    keyIds: [...new Set([...keys.keys(), ...publicKeys])].filter((id) => id !== '').sort(),
    privateKeyIds: hidden ? null : [...keys.keys()],
  };
}

function byKeyThenPrint(a: TokenCertificate, b: TokenCertificate): number {
  return a.keyId.localeCompare(b.keyId) || a.sha256.localeCompare(b.sha256);
}

function certificateOf({ id, label, der }: { id: string; label: string; der: Buffer }): TokenCertificate {
  const own = Buffer.from(der);
  const sha256 = createHash('sha256').update(own).digest('hex');
  return { keyId: id, label, der: own, sha256, facts: parse(own) };
}

function parse(der: Buffer): CertificateFacts | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof CertificateError) return null;
    throw error;
  }
}

/** Opaque, URL-safe, and the same after restarts: it follows from the token's identity and the certificate. */
function credentialId(token: Token, der: Buffer): string {
  return createHash('sha256').update(token.id).update('\0').update(der).digest('base64url').slice(0, 24);
}
