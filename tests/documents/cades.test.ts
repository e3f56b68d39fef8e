import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, createSign, sign as signWith } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Attributes,
  CmsError,
  cosignCades,
  countersignaturesOf,
  countersignCades,
  type Signer,
  signCades,
} from '../../src/documents/index.ts';

const home = mkdtempSync(join(tmpdir(), 'signet-cades-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string): string => join(home, name);
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const DATA = Buffer.from('the contract, as it was agreed\n');
const WHEN: Attributes = { signingTime: new Date('2026-03-01T10:00:00Z') };

/** A signer of OpenSSL's making. */
function signerOf(name: string, algorithm: Signer['algorithm'], keygen: readonly string[]): Signer {
  openssl(
    'req',
    '-x509',
    '-newkey',
    ...keygen,
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-subj',
    `/CN=${name}`,
    '-days',
    '30',
  );
  openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`);
  const key = createPrivateKey(readFileSync(at(`${name}.key`)));
  const hash = `sha${algorithm.slice(2)}`;
  const sign = async (data: Buffer): Promise<Buffer> =>
    algorithm.startsWith('RS')
      ? createSign(hash).update(data).sign(key)
      : signWith(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  return { certificate: readFileSync(at(`${name}.der`)), algorithm, sign };
}

/** What OpenSSL makes of a signature: null when it is good, else its words. */
function refusal(signature: Buffer, content: Buffer | null, trusted: readonly string[]): string | null {
  writeFileSync(at('signature.der'), signature);
  writeFileSync(at('trusted.pem'), trusted.map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join(''));
  if (content !== null) writeFileSync(at('content'), content);
  const args = [
    'cms',
    '-verify',
    '-cades',
    '-binary',
    '-inform',
    'DER',
    '-in',
    'signature.der',
    '-CAfile',
    'trusted.pem',
    '-purpose',
    'any',
  ];
  const { status, stderr } = spawnSync(
    'openssl',
    [...args, ...(content === null ? [] : ['-content', 'content']), '-out', 'read'],
    {
      cwd: home,
      encoding: 'utf8',
    },
  );
  return status === 0 ? null : stderr;
}

let rsa: Signer;
let p256: Signer;
let p384: Signer;
beforeAll(() => {
  rsa = signerOf('rsa', 'RS256', ['rsa:2048']);
  p256 = signerOf('p256', 'ES256', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  p384 = signerOf('p384', 'ES384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']);
});

describe('a CAdES signature', () => {
  it.each(['rsa', 'p256', 'p384'] as const)('of %s is good to OpenSSL, with the content in it and beside it', async (name) => {
    const signer = { rsa, p256, p384 }[name];
    const attached = await signCades({ data: DATA, detached: false }, signer, WHEN);
    expect(refusal(attached, null, [name])).toBeNull();
    expect(readFileSync(at('read'))).toEqual(DATA);
    const detached = await signCades({ data: DATA, detached: true }, signer, WHEN);
    expect(refusal(detached, DATA, [name])).toBeNull();
    expect(refusal(detached, Buffer.from('another contract'), [name])).toMatch(/digest|verification failure/i);
  });

  it('holds its time, its certificate by hash and its policy', async () => {
    const policy = {
      id: '2.16.724.1.3.1.1.2.1.9',
      hashAlgorithm: 'sha1' as const,
      hash: Buffer.alloc(20, 3),
      uri: 'https://example.es/policy.pdf',
    };
    const signature = await signCades({ data: DATA, detached: true }, p384, { ...WHEN, policy });
    expect(refusal(signature, DATA, ['p384'])).toBeNull();
    const shown = openssl('cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', 'signature.der');
    expect(shown).toContain('Mar  1 10:00:00 2026 GMT');
    expect(shown).toContain('id-smime-aa-signingCertificateV2');
    expect(shown).toContain('id-smime-aa-ets-sigPolicyId');
    expect(openssl('asn1parse', '-inform', 'DER', '-in', 'signature.der')).toContain('https://example.es/policy.pdf');
  });

  it('without a time has none', async () => {
    const signature = await signCades({ data: DATA, detached: true }, rsa, { signingTime: null });
    expect(refusal(signature, DATA, ['rsa'])).toBeNull();
    expect(openssl('cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', 'signature.der')).not.toContain('signingTime');
  });

  it('whose content is changed is bad', async () => {
    const signature = await signCades({ data: DATA, detached: false }, p256, WHEN);
    const from = signature.indexOf('contract');
    signature.write('CONTRACT', from);
    expect(refusal(signature, null, ['p256'])).not.toBeNull();
  });
});

describe('a second signature', () => {
  it('stands beside the first of our own', async () => {
    const both = await cosignCades(await signCades({ data: DATA, detached: false }, rsa, WHEN), null, p384, WHEN);
    expect(refusal(both, null, ['rsa', 'p384'])).toBeNull();
    expect(refusal(both, null, ['rsa'])).toMatch(/p384|verify error|self.signed/i);
  });

  it('stands beside one of OpenSSL, whose bytes stay', async () => {
    writeFileSync(at('content'), DATA);
    openssl(
      'cms',
      '-sign',
      '-cades',
      '-binary',
      '-in',
      'content',
      '-signer',
      'rsa.pem',
      '-inkey',
      'rsa.key',
      '-outform',
      'DER',
      '-out',
      'first.der',
    );
    const first = readFileSync(at('first.der'));
    const both = await cosignCades(first, { data: DATA }, p256, WHEN);
    expect(refusal(both, DATA, ['rsa', 'p256'])).toBeNull();
    expect(both.includes(first.subarray(-200))).toBe(true);
  });

  it('to a detached one wants the content or its digest', async () => {
    const first = await signCades({ data: DATA, detached: true }, rsa, WHEN);
    await expect(cosignCades(first, null, p256, WHEN)).rejects.toThrow(CmsError);
    expect(refusal(await cosignCades(first, { data: DATA }, p256, WHEN), DATA, ['rsa', 'p256'])).toBeNull();
  });
});

describe('a countersignature', () => {
  it('signs each signature that is there, or those at the end of their branch', async () => {
    const two = await cosignCades(await signCades({ data: DATA, detached: false }, rsa, WHEN), null, p384, WHEN);
    expect(countersignaturesOf(two, 'tree')).toBe(2);
    const once = await countersignCades(two, 'leafs', p256, WHEN);
    expect(refusal(once, null, ['rsa', 'p384'])).toBeNull();
    expect([countersignaturesOf(once, 'leafs'), countersignaturesOf(once, 'tree')]).toEqual([2, 4]);
    const twice = await countersignCades(once, 'tree', rsa, WHEN);
    expect(refusal(twice, null, ['rsa', 'p384'])).toBeNull();
    expect(countersignaturesOf(twice, 'tree')).toBe(8);
    expect(countersignaturesOf(twice, 'leafs')).toBe(4);
  });

  it('is over the signature’s own bytes', async () => {
    const signed: Buffer[] = [];
    const watching: Signer = {
      ...p256,
      sign: (data) => {
        signed.push(data);
        return p256.sign(data);
      },
    };
    const first = await signCades({ data: DATA, detached: false }, rsa, WHEN);
    await countersignCades(first, 'tree', watching, WHEN);
    writeFileSync(at('first.der'), first);
    // The signature value is the last OCTET STRING of the first signature.
    const value = first.subarray(-256);
    const { createHash } = await import('node:crypto');
    expect(signed[0]?.includes(createHash('sha256').update(value).digest())).toBe(true);
  });
});

describe('what is no CMS signature', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello, I am no signature')],
    ['a certificate', null],
    ['an indefinite length', Buffer.from('308006092a864886f70d010702a0800000', 'hex')],
    ['a length beyond the end', Buffer.from('3082ffff0609', 'hex')],
  ])('%s is refused', async (_name, bytes) => {
    const given = bytes ?? rsa.certificate;
    await expect(cosignCades(given, { data: DATA }, rsa, WHEN)).rejects.toThrow(CmsError);
    expect(() => countersignaturesOf(given, 'tree')).toThrow(CmsError);
  });
});
