import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateError, type CertificateFacts, parseCertificate, publicKeyOf } from '../../src/tokens/certificate.ts';

const qualified = `basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = clientAuth,emailProtection,1.3.6.1.5.5.7.3.36,1.2.3.4.5
subjectKeyIdentifier = hash
certificatePolicies = 0.4.0.194112.1.2,1.3.6.1.4.1.99999.2.25.340282366920938463463374607431768211455
1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:qc
[qc]
1 = SEQUENCE:qc_compliance
2 = SEQUENCE:qc_sscd
3 = SEQUENCE:qc_type
[qc_compliance]
1 = OID:0.4.0.1862.1.1
[qc_sscd]
1 = OID:0.4.0.1862.1.4
[qc_type]
1 = OID:0.4.0.1862.1.6
2 = SEQUENCE:qc_types
[qc_types]
1 = OID:0.4.0.1862.1.6.1
2 = OID:0.4.0.1862.1.6.2`;

const kinds = {
  rsa: ['rsa:2048'],
  pss: ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:1024'],
  p256: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  brainpool: ['ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'],
  explicit: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:explicit'],
  ed25519: ['ed25519'],
  ed448: ['ed448'],
} as const;

let folder = '';
const certificates: Partial<Record<keyof typeof kinds, Buffer>> = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-certificate-'));
  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) certificates[kind] = issue({ kind });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Wish = { kind?: keyof typeof kinds; subject?: string; extensions?: string; more?: string[] };

function issue({ kind = 'p256', subject = '/CN=Test', extensions = 'basicConstraints=CA:true', more = [] }: Wish): Buffer {
  const config = join(folder, 'config');
  writeFileSync(
    config,
    `oid_section=oids\n[oids]\ncustom=1.2.3.4.5\n[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n[v3]\n${extensions}\n`,
  );
  const args = ['req', '-x509', '-nodes', '-config', config, '-extensions', 'v3', '-utf8', '-subj', subject, '-multivalue-rdn'];
  const output = ['-newkey', ...kinds[kind], '-keyout', join(folder, 'key.pem'), '-outform', 'DER'];
  return execFileSync('openssl', [...args, ...output, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The subject as OpenSSL writes it by the same rules. */
function opensslSubject(der: Buffer): string {
  const args = ['x509', '-inform', 'DER', '-noout', '-subject', '-nameopt', 'RFC2253,-esc_msb'];
  return execFileSync('openssl', args, { input: der })
    .toString()
    .replace(/^subject=/, '')
    .replace(/\n$/, '');
}

function of(kind: keyof typeof kinds): Buffer {
  const der = certificates[kind];
  if (der === undefined) throw new Error(`no certificate for ${kind}`);
  return der;
}

describe('parseCertificate', () => {
  it('reads a qualified certificate', () => {
    const subject = '/C=FR/O=Société, "Nationale"/serialNumber=PNOFR-1234/SN=Dupont/GN=Zoé/CN=Zoé Dupont';
    const der = issue({ kind: 'rsa', subject, extensions: qualified, more: ['-days', '30'] });
    const facts = parseCertificate(der);
    expect(facts).toMatchObject({
      subject: 'CN=Zoé Dupont,GN=Zoé,SN=Dupont,serialNumber=PNOFR-1234,O=Société\\, \\"Nationale\\",C=FR',
      subjectCommonName: 'Zoé Dupont',
      key: { type: 'rsa', bits: 2048 },
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['clientAuth', 'emailProtection', 'documentSigning', '1.2.3.4.5'],
      isCa: false,
      policies: ['0.4.0.194112.1.2', '1.3.6.1.4.1.99999.2.25.340282366920938463463374607431768211455'],
      qcStatements: { qualified: true, qscd: true, types: ['esign', 'eseal'] },
    });
    expect(facts.issuer).toBe(facts.subject);
    expect(facts.subject).toBe(opensslSubject(der));
  });

  it('agrees with node:crypto and @peculiar/x509 on every kind of key', () => {
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const der = of(kind);
      const facts = parseCertificate(der);
      const node = new X509Certificate(der);
      const peculiar = new x509.X509Certificate(new Uint8Array(der));
      expect(facts.sha256).toBe(node.fingerprint256.replaceAll(':', '').toLowerCase());
      expect(facts.serialNumber).toBe(node.serialNumber.toLowerCase());
      expect(facts.notBefore).toBe(node.validFromDate.toISOString());
      expect(facts.notAfter).toBe(peculiar.notAfter.toISOString());
      expect(facts.subject).toBe(peculiar.subject);
      expect(facts.isCa).toBe(node.ca);
    }
  });

  it.each([
    ['rsa', { type: 'rsa', bits: 2048 }],
    ['pss', { type: 'rsa', bits: 1024 }],
    ['p256', { type: 'ec', curve: 'P-256' }],
    ['p384', { type: 'ec', curve: 'P-384' }],
    ['p521', { type: 'ec', curve: 'P-521' }],
    ['brainpool', { type: 'ec', curve: 'other' }],
    ['explicit', { type: 'ec', curve: 'other' }],
    ['ed25519', { type: 'ed25519' }],
    ['ed448', { type: 'unknown' }],
  ] as const)('knows a %s key', (kind, key) => {
    expect(parseCertificate(of(kind)).key).toEqual(key);
    expect(publicKeyOf(of(kind)).equals(new X509Certificate(of(kind)).publicKey)).toBe(true);
  });

  it.each([1024, 1025, 1031, 2047])('counts the bits of a %i-bit modulus', (bits) => {
    const more = ['-newkey', `rsa:${bits}`];
    expect(parseCertificate(issue({ kind: 'rsa', more })).key).toEqual({ type: 'rsa', bits });
  });

  it('names all nine key usages, the ninth in its second octet', () => {
    const all = [
      'digitalSignature',
      'nonRepudiation',
      'keyEncipherment',
      'dataEncipherment',
      'keyAgreement',
      'keyCertSign',
      'cRLSign',
    ];
    const usages = [...all, 'encipherOnly', 'decipherOnly'];
    for (const wish of [usages, ['decipherOnly'], ['keyCertSign', 'cRLSign']]) {
      expect(parseCertificate(issue({ extensions: `keyUsage=${wish.join(',')}` })).keyUsage).toEqual(wish);
    }
  });

  it('tells absent extensions from empty ones', () => {
    const bare = parseCertificate(issue({ extensions: 'nsComment=nothing', more: [] }));
    expect(bare).toMatchObject({ keyUsage: null, extendedKeyUsage: null, isCa: false, policies: [], qcStatements: null });
    const keyId = parseCertificate(issue({ extensions: 'subjectKeyIdentifier=01:AB:CD' }));
    expect(keyId.subjectKeyId).toBe('01abcd');
    const qc = parseCertificate(
      issue({ extensions: '1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:qc\n[qc]\n1=SEQUENCE:s\n[s]\n1=OID:0.4.0.1862.1.4' }),
    );
    expect(qc.qcStatements).toEqual({ qualified: false, qscd: true, types: [] });
  });

  it.each([
    ['/CN=#hash', '#hash'],
    ['/CN= both ends ', ' both ends '],
    ['/CN=a\\\\b;c<d>e=f', 'a\\b;c<d>e=f'],
    ['/O=One+CN=Two/C=FR', 'Two'],
    ['/CN=first/CN=second', 'second'],
    ['/DC=org/DC=example/UID=u1/CN=山田', '山田'],
    ['/C=FR/O=No name', null],
    ['/CN=Ada/emailAddress=ada@example.org/organizationIdentifier=NTRFR-1/pseudonym=P/title=Dr', 'Ada'],
  ])('writes the subject %s as RFC 4514 asks', (subject, commonName) => {
    const der = issue({ subject });
    const facts = parseCertificate(der);
    expect(facts.subject).toBe(opensslSubject(der));
    expect(facts.subjectCommonName).toBe(commonName);
  });

  it('writes an unknown attribute type as an OID with a hexadecimal value', () => {
    const der = issue({ subject: '/custom=value/CN=Test' });
    expect(parseCertificate(der).subject).toMatch(/^CN=Test,1\.2\.3\.4\.5=#0c0576616c7565$/);
  });

  it('escapes what would rewrite the line it is shown on', () => {
    const facts = parseCertificate(issue({ subject: '/CN=Ann\u202egnp.exe\u001b[2J' }));
    expect(facts.subject).toBe('CN=Ann\\E2\\80\\AEgnp.exe\\1B[2J');
  });

  it('reads years after 2049 and negative serial numbers', () => {
    const facts = parseCertificate(issue({ more: ['-days', '36500', '-set_serial', '-255'] }));
    expect(Number(facts.notAfter.slice(0, 4))).toBeGreaterThan(2100);
    expect(facts.serialNumber).toBe('-ff');
    expect(parseCertificate(issue({ more: ['-set_serial', '0'] })).serialNumber).toBe('00');
    expect(parseCertificate(issue({ more: ['-set_serial', '0x80abcdef'] })).serialNumber).toBe('80abcdef');
  });
});

describe('a malformed certificate', () => {
  const outcome = (der: Buffer): CertificateFacts | string => {
    try {
      return parseCertificate(der);
    } catch (error) {
      if (error instanceof CertificateError) return error.code;
      throw error;
    }
  };

  it('is refused when cut anywhere or with bytes behind it', () => {
    const der = of('p256');
    for (let length = 0; length < der.length; length += 1) {
      expect(outcome(der.subarray(0, length))).toBe('certificate_malformed');
    }
    expect(outcome(Buffer.concat([der, Buffer.alloc(1)]))).toBe('certificate_malformed');
    expect(outcome(Buffer.concat([der, der]))).toBe('certificate_malformed');
  });

  it('in PEM, as text or as another structure is refused', () => {
    const pem = Buffer.from(new X509Certificate(of('p256')).toString());
    const key = publicKeyOf(of('p256')).export({ type: 'spki', format: 'der' });
    for (const wrong of [pem, key, Buffer.from('certificate'), Buffer.alloc(0), Buffer.alloc(3000, 0x30)]) {
      expect(outcome(wrong)).toBe('certificate_malformed');
      expect(() => publicKeyOf(wrong)).toThrow(CertificateError);
    }
  });

  it('with an extension twice is refused', () => {
    const der = issue({ extensions: '1.2.3.4=DER:0500\n1.2.3.5=DER:0500' });
    const twice = Buffer.from(der);
    twice[twice.indexOf(Buffer.from('06032a0305', 'hex')) + 4] = 4;
    expect(outcome(der)).not.toBe('certificate_malformed');
    expect(outcome(twice)).toBe('certificate_malformed');
  });

  it('with a date that does not exist is refused', () => {
    const der = of('p256');
    const at = der.indexOf(Buffer.from([0x17, 13])) + 2;
    for (const wrong of ['260231000000Z', '261301000000Z', '260101240000Z', '260101000060Z', '2601010000000', '26010100+100Z']) {
      const changed = Buffer.from(der);
      changed.write(wrong, at, 'latin1');
      expect(outcome(changed)).toBe('certificate_malformed');
    }
  });

  it('whose key is off its curve is readable, but the key is not usable', () => {
    const der = Buffer.from(of('p256'));
    const point = der.indexOf(Buffer.from('03420004', 'hex'));
    der.fill(0x11, point + 4, point + 68);
    expect(parseCertificate(der).key).toEqual({ type: 'ec', curve: 'P-256' });
    expect(() => publicKeyOf(der)).toThrow(expect.objectContaining({ code: 'key_unsupported' }));
  });

  it('made of random bytes is never anything but refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (bytes, wrapped) => {
        const length = Buffer.from([0x30, 0x82, bytes.length >> 8, bytes.length & 0xff]);
        expect(outcome(wrapped ? Buffer.concat([length, bytes]) : Buffer.from(bytes))).toBe('certificate_malformed');
      }),
      { numRuns: 1000 },
    );
  });

  it('made by flipping bits of a real one is read or refused, never worse, and never read where OpenSSL reads another', () => {
    const full = issue({ kind: 'p256', subject: '/C=FR/CN=Zoé', extensions: qualified });
    const sources = [full, of('rsa'), of('pss'), of('explicit'), of('ed25519')];
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (source, bits) => {
        const der = Buffer.from(source);
        for (const bit of bits.map((number) => number % (der.length * 8)))
          der[bit >> 3] = (der[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const facts = outcome(der);
        if (typeof facts === 'string') return;
        const node = nodeReading(der);
        if (node === null) return;
        expect(facts.serialNumber).toBe(node.serialNumber.toLowerCase());
        expect(facts.notBefore).toBe(node.validFromDate.toISOString());
        expect(facts.notAfter).toBe(node.validToDate.toISOString());
      }),
      { numRuns: 3000 },
    );
  });
});

function nodeReading(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}
