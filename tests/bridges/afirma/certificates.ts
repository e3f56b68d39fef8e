import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  CertificatePolicyExtension,
  cryptoProvider,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type Credential, parseCertificate } from '../../../src/tokens/index.ts';

export interface CertificateWish {
  subject: string;
  issuer?: string;
  serial?: string;
  usage?: readonly (keyof typeof KeyUsageFlags)[] | null;
  policy?: string;
  /** Says that its key is in a qualified device. */
  device?: boolean;
  /** Days from now. */
  valid?: readonly [from: number, until: number];
}

/** Whichever WebCrypto the library's types mean. */
type Provider = Exclude<Parameters<typeof cryptoProvider.set>[0], string>;
type KeyPair = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
/** id-etsi-qcs-QcSSCD as the only statement (ETSI EN 319 412-5, 4.2.2). */
const SSCD = Buffer.from('300a3008060604008e460104', 'hex');
let keys: Promise<KeyPair> | undefined;

/** A certificate as the bridge sees it; its issuer has signed nothing. */
export async function credentialWith(wish: CertificateWish): Promise<Credential> {
  cryptoProvider.set(webcrypto as unknown as Provider);
  keys ??= webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']) as unknown as Promise<KeyPair>;
  const { publicKey, privateKey } = await keys;
  const [from, until] = wish.valid ?? [-1, 30];
  const usage = wish.usage === undefined ? (['digitalSignature', 'nonRepudiation'] as const) : wish.usage;
  const made = await X509CertificateGenerator.create({
    subject: wish.subject,
    issuer: wish.issuer ?? 'CN=Test issuer,O=Signet tests,C=ES',
    serialNumber: wish.serial ?? '4a01',
    publicKey,
    signingKey: privateKey,
    signingAlgorithm: KEY,
    notBefore: new Date(Date.now() + from * DAY),
    notAfter: new Date(Date.now() + until * DAY),
    extensions: [
      ...(usage === null
        ? []
        : [
            new KeyUsagesExtension(
              usage.reduce((all, name) => all | KeyUsageFlags[name], 0),
              true,
            ),
          ]),
      ...(wish.policy === undefined ? [] : [new CertificatePolicyExtension([wish.policy])]),
      ...(wish.device === true ? [new Extension('1.3.6.1.5.5.7.1.3', false, SSCD)] : []),
    ],
  });
  const der = Buffer.from(made.rawData);
  const facts = parseCertificate(der);
  return { id: facts.sha256, certificate: { keyId: '01', label: '', der, sha256: facts.sha256, facts } } as unknown as Credential;
}
