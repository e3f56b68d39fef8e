import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export interface Addresses {
  crl?: readonly string[];
  ocsp?: readonly string[];
  issuer?: readonly string[];
}

/** An authority of its own for one test file: leaves, lists, and OCSP answers that openssl gives for it. */
export interface Authority extends Disposable {
  der: Buffer;
  pem: string;
  leaf(serial: string, addresses?: Addresses): Promise<Buffer>;
  /** A list with these serial numbers on it. */
  crl(options?: { revoked?: readonly string[]; ended?: boolean; extensions?: x509.Extension[] }): Promise<Buffer>;
  /** What openssl answers to a request; `by` a delegate that the authority has named, or a stranger. */
  answer(request: Buffer, options?: { revoked?: readonly string[]; by?: 'authority' | 'delegate' | 'unnamed' }): Buffer;
}

export async function authority(name = 'Test Authority'): Promise<Authority> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-authority-'));
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - DAY);
  const notAfter = new Date(Date.now() + 300 * DAY);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore,
    notAfter,
    keys: keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true)],
  });
  const certify = async (subject: string, serial: string, extensions: x509.Extension[]) => {
    const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: `CN=${subject}`,
      issuer: certificate.subject,
      notBefore,
      notAfter,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions,
    });
    return { made, key: own.privateKey };
  };
  const keep = async (file: string, made: x509.X509Certificate, key: webcrypto.CryptoKey): Promise<void> => {
    writeFileSync(join(folder, `${file}.pem`), made.toString('pem'));
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
    writeFileSync(join(folder, `${file}.key`), `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`);
  };
  await keep('authority', certificate, keys.privateKey);
  const delegate = await certify('Delegate', '02', [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.9'])]);
  await keep('delegate', delegate.made, delegate.key);
  const unnamed = await certify('Unnamed', '03', []);
  await keep('unnamed', unnamed.made, unnamed.key);
  return {
    der: Buffer.from(certificate.rawData),
    pem: certificate.toString('pem'),
    leaf: async (serial, { crl = [], ocsp = [], issuer = [] } = {}) => {
      const access = { ocsp: [...ocsp], caIssuers: [...issuer] };
      const { made } = await certify(`Leaf ${serial}`, serial, [
        ...(crl.length > 0 ? [new x509.CRLDistributionPointsExtension([...crl])] : []),
        ...(ocsp.length + issuer.length > 0 ? [new x509.AuthorityInfoAccessExtension(access)] : []),
      ]);
      return Buffer.from(made.rawData);
    },
    crl: async ({ revoked = [], ended = false, extensions = [] } = {}) => {
      const list = await x509.X509CrlGenerator.create({
        issuer: certificate.subject,
        thisUpdate: new Date(Date.now() - (ended ? 3 * DAY : 3_600_000)),
        nextUpdate: new Date(Date.now() + (ended ? -DAY : DAY)),
        signingAlgorithm: ALGORITHM,
        signingKey: keys.privateKey,
        entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: notBefore })),
        extensions,
      });
      return Buffer.from(list.rawData);
    },
    answer: (request, { revoked = [], by = 'authority' } = {}) => {
      const at = (file: string): string => join(folder, file);
      writeFileSync(at('request.der'), request);
      const serials = ['0A', '0B', 'A1'];
      const lines = serials.map((serial) => {
        const gone = revoked.some((each) => each.toUpperCase() === serial);
        return `${gone ? 'R' : 'V'}\t401231235959Z\t${gone ? '260101000000Z' : ''}\t${serial}\tunknown\t/CN=Leaf ${serial}\n`;
      });
      writeFileSync(at('index.txt'), lines.join(''));
      const signer = ['-rsigner', at(`${by}.pem`), '-rkey', at(`${by}.key`), '-CA', at('authority.pem')];
      const files = ['-index', at('index.txt'), '-reqin', at('request.der'), '-respout', at('answer.der'), '-ndays', '1'];
      execFileSync('openssl', ['ocsp', ...files, ...signer], { stdio: 'pipe' });
      return readFileSync(at('answer.der'));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
