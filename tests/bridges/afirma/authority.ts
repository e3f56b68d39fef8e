import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Whichever WebCrypto the library's types mean. */
type Provider = Exclude<Parameters<typeof cryptoProvider.set>[0], string>;
type KeyPair = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** What a machine with `signet install --local-tls` has: an authority that browsers trust, and a leaf for loopback. PEM. */
export interface LoopbackTls {
  ca: string;
  key: string;
  cert: string;
}

export async function loopbackTls(): Promise<LoopbackTls> {
  cryptoProvider.set(webcrypto as unknown as Provider);
  const pair = () => webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']) as unknown as Promise<KeyPair>;
  const [root, leaf] = [await pair(), await pair()];
  const dates = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 30 * DAY) };
  const name = 'CN=Signet test authority';
  const ca = await X509CertificateGenerator.createSelfSigned({
    name,
    keys: root,
    signingAlgorithm: KEY,
    ...dates,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  const cert = await X509CertificateGenerator.create({
    subject: 'CN=127.0.0.1',
    issuer: name,
    publicKey: leaf.publicKey,
    signingKey: root.privateKey,
    signingAlgorithm: KEY,
    ...dates,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leaf.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { ca: ca.toString('pem'), key, cert: `${cert.toString('pem')}\n` };
}

/** Puts the leaf where the daemon of a state folder looks for it. */
export function installTls(stateDir: string, { key, cert }: LoopbackTls): void {
  const folder = join(stateDir, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'cert.pem'), cert);
}
