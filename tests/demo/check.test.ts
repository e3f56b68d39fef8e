import 'reflect-metadata';
import { createHash, randomBytes, sign, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonical } from './canonical.ts';
import { checkLogin, checkSignature, nameOf, type Token } from './check.ts';

type Parameters1 = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0];
type Keys = Parameters1['keys'];

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const ORIGIN = 'https://sede.example';
const NONCE = 'a'.repeat(44);
const BOTH = KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation;

interface Holder {
  certificate: X509Certificate;
  key: string;
}

async function keys(): Promise<Keys> {
  return (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as Keys;
}

async function pemOf({ privateKey }: Keys): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey as webcrypto.CryptoKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

async function authority(name: string): Promise<Holder & { keys: Keys }> {
  const pair = await keys();
  const made = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: '41',
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    keys: pair,
    signingAlgorithm: EC,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  return { certificate: new X509Certificate(Buffer.from(made.rawData)), key: await pemOf(pair), keys: pair };
}

async function holder(
  by: { certificate: X509Certificate; keys: Keys },
  usage: number,
  more: Extension[] = [],
  until = DAY,
): Promise<Holder> {
  const pair = await keys();
  const made = await X509CertificateGenerator.create({
    subject: 'CN=Ana Lima',
    issuer: by.certificate.subject.replace('\n', ','),
    serialNumber: `41${randomBytes(6).toString('hex')}`,
    notBefore: new Date(Date.now() - 2 * DAY),
    notAfter: new Date(Date.now() + until),
    publicKey: pair.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: EC,
    extensions: [new BasicConstraintsExtension(false), new KeyUsagesExtension(usage, true), ...more],
  });
  return { certificate: new X509Certificate(Buffer.from(made.rawData)), key: await pemOf(pair) };
}

function tokenOf({ certificate, key }: Holder, { origin = ORIGIN, nonce = NONCE } = {}): Token {
  const data = Buffer.concat([origin, nonce].map((text) => createHash('sha256').update(text).digest()));
  const signature = sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  return { unverifiedCertificate: certificate.raw.toString('base64'), algorithm: 'ES256', signature, format: 'web-eid:1.0' };
}

describe('the server of the demo', () => {
  let town: Awaited<ReturnType<typeof authority>>;
  let ana: Holder;

  beforeAll(async () => {
    town = await authority('Town CA');
    ana = await holder(town, BOTH);
  });

  it('lets in who signed its own name and challenge', () => {
    expect(nameOf(checkLogin(tokenOf(ana), ORIGIN, NONCE, town.certificate))).toBe('Ana Lima');
  });

  it.each([
    ['signature', 'a token for another site', () => tokenOf(ana, { origin: 'https://evil.example' })],
    ['signature', 'an answer to another challenge', () => tokenOf(ana, { nonce: 'b'.repeat(44) })],
    ['signature', 'no signature', () => ({ ...tokenOf(ana), signature: '' })],
    ['algorithm', 'an algorithm of another kind of key', () => ({ ...tokenOf(ana), algorithm: 'RS256' })],
    ['algorithm', 'an unknown algorithm', () => ({ ...tokenOf(ana), algorithm: 'HS256' })],
    ['format', 'another format', () => ({ ...tokenOf(ana), format: 'jwt' })],
    ['certificate', 'no certificate', () => ({ ...tokenOf(ana), unverifiedCertificate: 'AAAA' })],
  ])('refuses (%s) %s', (reason, _what, token) => {
    expect(() => checkLogin(token(), ORIGIN, NONCE, town.certificate)).toThrow(reason);
  });

  it.each([
    ['chain', 'of an authority of the same name', async () => holder(await authority('Town CA'), BOTH)],
    ['chain', 'of another authority', async () => holder(await authority('Other CA'), BOTH)],
    ['validity', 'that has ended', () => holder(town, BOTH, [], -DAY)],
    ['usage', 'for signatures only', () => holder(town, KeyUsageFlags.nonRepudiation)],
    ['usage', 'for mail only', () => holder(town, BOTH, [new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.4'])])],
  ])('refuses (%s) a certificate %s', async (reason, _what, make) => {
    const token = tokenOf(await make());
    expect(() => checkLogin(token, ORIGIN, NONCE, town.certificate)).toThrow(reason);
  });

  it('takes a form only as it was signed, with a certificate for signatures', async () => {
    const fields = { town: 'Villalta', street: 'Calle Mayor 1' };
    const signed = (who: Holder) => ({
      certificate: who.certificate.raw.toString('base64'),
      algorithm: 'ES256',
      signature: sign('sha256', Buffer.from(canonical(fields)), { key: who.key, dsaEncoding: 'ieee-p1363' }).toString('base64'),
    });
    const check = (who: Holder, given: Record<string, string>) =>
      checkSignature(signed(who), Buffer.from(canonical(given)), town.certificate);
    expect(nameOf(check(ana, { street: 'Calle Mayor 1', town: 'Villalta' }))).toBe('Ana Lima');
    expect(() => check(ana, { ...fields, town: 'Villabaja' })).toThrow('signature');
    expect(() => check(ana, { ...fields, more: '' })).toThrow('signature');
    const bob = await holder(town, KeyUsageFlags.digitalSignature);
    expect(() => check(bob, fields)).toThrow('usage');
  });
});
