import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/tokens/index.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const POINTS = '2.5.29.31';
const ACCESS = '1.3.6.1.5.5.7.1.1';
let keys: webcrypto.CryptoKeyPair;

beforeAll(async () => {
  keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
});

async function facts(...extensions: x509.Extension[]) {
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  const { crlUrls, ocspUrls, caIssuerUrls, subjectCommonName } = parseCertificate(Buffer.from(made.rawData));
  expect(subjectCommonName).toBe('Test');
  return { crlUrls, ocspUrls, caIssuerUrls };
}

const raw = (oid: string, value: Buffer) => facts(new x509.Extension(oid, false, value));

function der(tag: number, ...parts: Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const length = contents.length.toString(16).padStart(contents.length < 256 ? 2 : contents.length < 65_536 ? 4 : 6, '0');
  const octets = Buffer.from(length, 'hex');
  const head = contents.length < 128 ? octets : Buffer.concat([Buffer.of(0x80 + octets.length), octets]);
  return Buffer.concat([Buffer.of(tag), head, contents]);
}

const uri = (text: string) => der(0x86, Buffer.from(text, 'latin1'));
const point = (...names: Buffer[]) => der(0x30, der(0xa0, der(0xa0, ...names)));
const described = (oid: string, name: Buffer) => der(0x30, Buffer.from(oid, 'hex'), name);
const OCSP = '06082b06010505073001';
const NOTHING = { crlUrls: [], ocspUrls: [], caIssuerUrls: [] };

describe('the addresses in a certificate', () => {
  it('are told by what they are for, each once, in its order', async () => {
    const found = await facts(
      new x509.CRLDistributionPointsExtension([
        'http://b.example/list.crl',
        'ldap://a.example/cn=list',
        'http://b.example/list.crl',
      ]),
      new x509.AuthorityInfoAccessExtension({ ocsp: ['http://ocsp.example'], caIssuers: ['http://ca.example/ca.der'] }),
    );
    expect(found).toEqual({
      crlUrls: ['http://b.example/list.crl', 'ldap://a.example/cn=list'],
      ocspUrls: ['http://ocsp.example'],
      caIssuerUrls: ['http://ca.example/ca.der'],
    });
    expect(await facts()).toEqual(NOTHING);
  });

  it('are found among names of other kinds, points with reasons, and access of other kinds', async () => {
    const directory = der(0xa4, der(0x30));
    const reasons = der(0x81, Buffer.of(0, 0x80));
    const points = der(
      0x30,
      der(0x30, reasons),
      der(0x30, der(0xa0, der(0xa1, der(0x30)))),
      point(directory, uri('http://c.example/')),
    );
    expect((await raw(POINTS, points)).crlUrls).toEqual(['http://c.example/']);
    const other = described('06082b06010505073003', uri('http://other.example/'));
    expect(await raw(ACCESS, der(0x30, other, described(OCSP, directory)))).toEqual(NOTHING);
  });

  it.each([
    ['relative', 'list.crl'],
    ['relative to a root', '/list.crl'],
    ['without a scheme', '//host/list.crl'],
    ['empty', ''],
    ['a scheme alone', 'http:'],
    ['with a line break', 'http://x/\r\nHost: other'],
    ['with a blank', 'http://x/a b'],
    ['with a zero octet', 'http://x/\0'],
    ['not ASCII', 'http://x.example/\u00f6'],
    ['huge', `http://x/${'x'.repeat(3_000)}`],
  ])('are left out when %s', async (_what, text) => {
    const points = der(0x30, point(uri(text), uri('http://good.example/')));
    expect((await raw(POINTS, points)).crlUrls).toEqual(['http://good.example/']);
  });

  it('are few, however many there are', async () => {
    const many = Array.from({ length: 500 }, (_, index) => uri(`http://host${index}.example/`));
    expect((await raw(POINTS, der(0x30, point(...many)))).crlUrls).toHaveLength(8);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another type', der(0x04, Buffer.of(1))],
    ['a length that lies', Buffer.from('3082ffff00', 'hex')],
    ['a point that is none', der(0x30, der(0x02, Buffer.of(1)))],
    ['depth without end', Array.from({ length: 2_000 }).reduce<Buffer>((inner) => der(0x30, inner), Buffer.alloc(0))],
    ['points within points', der(0x30, der(0x30, der(0xa0, der(0xa0, der(0xa0, uri('http://deep.example/'))))))],
  ])('are none where there is %s, and the certificate can be read all the same', async (_what, value) => {
    for (const oid of [POINTS, ACCESS]) expect(await raw(oid, value)).toEqual(NOTHING);
  });

  it('are never anything but visible ASCII, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(POINTS, ACCESS), async (bytes, oid) => {
        const found = await raw(oid, Buffer.from(bytes));
        for (const url of Object.values(found).flat()) expect(url).toMatch(/^[a-z][a-z0-9+.-]*:[!-~]+$/i);
      }),
      { numRuns: 200 },
    );
  });
});
