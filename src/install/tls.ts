import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { AUTHORITY_PREFIX } from './nss.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60_000;
/** Browsers refuse a server's certificate that is good for longer (CA/Browser Forum); this is a day short of it. */
const LIFETIME = 396 * DAY;
const BACKDATE = 60 * 60_000;
/** With less than this left it is made anew, in milliseconds. */
export const RENEW_BEFORE = 30 * DAY;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const NAME_CONSTRAINTS = '2.5.29.30';

/** Names and addresses of this computer, and of nothing else. */
export const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'] as const;

/** Files of a local certificate, PEM. */
export interface LocalCertificate {
  key: string;
  /** The leaf, then its authority. */
  certificate: string;
  authority: string;
}

/** An authority while it lives: its key is in memory only, and cannot be taken out. */
export interface LocalAuthority {
  /** Under which it stands in a browser's list. */
  nickname: string;
  pem: string;
  /** Signs a leaf of these names; the key is new. */
  issue(names: readonly string[]): Promise<{ key: string; certificate: string }>;
}

/** Makes a certificate for this computer's own addresses, and the authority that vouches for it, whose key is then gone. */
export async function issueLocalCertificate(now: Date): Promise<LocalCertificate> {
  const authority = await createLocalAuthority(now);
  const { key, certificate } = await authority.issue(LOOPBACK_NAMES);
  return { key, certificate: `${certificate}${authority.pem}`, authority: authority.pem };
}

/**
 * An authority (P-256) that can vouch for servers on this computer only: name constraints, critical, permit `localhost`,
 * 127.0.0.1 and ::1; no authority below it (RFC 5280, 4.2.1.9 and 4.2.1.10).
 */
export async function createLocalAuthority(now: Date): Promise<LocalAuthority> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const nickname = `${AUTHORITY_PREFIX} ${randomBytes(4).toString('hex')}`;
  const notBefore = seconds(now.getTime() - BACKDATE);
  const notAfter = seconds(now.getTime() + LIFETIME);
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: freshSerial(),
    name: `CN=${nickname}`,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.Extension(NAME_CONSTRAINTS, true, new Uint8Array(loopbackOnly())),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue = async (names: readonly string[]): Promise<{ key: string; certificate: string }> => {
    const pair = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: freshSerial(),
      subject: `CN=${names[0] ?? 'localhost'}`,
      issuer: certificate.subjectName,
      notBefore,
      notAfter,
      signingAlgorithm: ALGORITHM,
      publicKey: pair.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
        await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(certificate),
      ],
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
    pkcs8.fill(0);
    return { key: key.toString(), certificate: `${leaf.toString('pem')}\n` };
  };
  return { nickname, pem: `${certificate.toString('pem')}\n`, issue };
}

/** What is to be said of the files of a local certificate: their authority's nickname, and whether they are good for a while yet. */
export function judgeLocalCertificate(
  files: { key: Buffer | null; certificate: Buffer | null; authority: Buffer | null },
  now: number,
): { state: 'missing' | 'broken' | 'expiring' | 'good'; nickname: string | null; notAfter: number | null } {
  const { key, certificate, authority } = files;
  if (key === null && certificate === null && authority === null) return { state: 'missing', nickname: null, notAfter: null };
  if (key === null || certificate === null || authority === null) return { state: 'broken', nickname: null, notAfter: null };
  try {
    const [leaf, parent] = [new X509Certificate(certificate), new X509Certificate(authority)];
    const notAfter = Math.min(leaf.validToDate.getTime(), parent.validToDate.getTime());
    const whole = leaf.checkPrivateKey(createPrivateKey(key)) && leaf.verify(parent.publicKey);
    const nickname = /^CN=(Signet local CA [0-9a-f]{8})$/m.exec(parent.subject)?.[1] ?? null;
    if (!whole || nickname === null) return { state: 'broken', nickname, notAfter };
    return { state: notAfter - now < RENEW_BEFORE ? 'expiring' : 'good', nickname, notAfter };
  } catch {
    return { state: 'broken', nickname: null, notAfter: null };
  }
}

// 127 bits: positive, never zero, within the 20 octets of RFC 5280, 4.1.2.2.
function freshSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}

// Certificates carry whole seconds.
function seconds(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}

/** NameConstraints with permitted subtrees only: a DNS name, and an address with its mask for each version of IP. */
function loopbackOnly(): Buffer {
  const v6 = Buffer.alloc(32, 0xff).fill(0, 0, 15);
  v6.writeUInt8(1, 15);
  const bases = [der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from('7f000001ffffffff', 'hex')), der(0x87, v6)];
  return der(0x30, der(0xa0, Buffer.concat(bases.map((base) => der(0x30, base)))));
}

/** One DER value shorter than 128 octets. */
function der(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, body.length), body]);
}
