import { describe, expect, it } from 'vitest';
import { element, integer, NULL, oid, setOf } from '../../src/documents/encode.ts';
import { CmsError, cosignCades, countersignaturesOf, countersignCades, type Signer } from '../../src/documents/index.ts';
import { objectIdentifier, readAll, readElement, readOnly } from '../../src/tokens/index.ts';
import { credentialWith } from '../bridges/afirma/certificates.ts';

const SHA256 = element(0x30, oid('2.16.840.1.101.3.4.2.1'));
const DATA = '1.2.840.113549.1.7.1';
const WHEN = { signingTime: null };

const signerOf = async (): Promise<Signer> => ({
  certificate: (await credentialWith({ subject: 'CN=signer' })).certificate.der,
  algorithm: 'ES256',
  sign: async () => Buffer.alloc(64, 1),
});

/** A SignerInfo in the shape of one, with these signatures upon it. */
function signerInfo(counters: readonly Buffer[] = [], version = 1): Buffer {
  const attribute = (value: Buffer): Buffer => element(0x30, oid('1.2.840.113549.1.9.6'), setOf([value]));
  const unsigned = counters.length === 0 ? [] : [element(0xa1, ...counters.map(attribute))];
  const who = version === 3 ? element(0x80, Buffer.alloc(20)) : element(0x30, element(0x30), integer(1));
  return element(0x30, integer(version), who, SHA256, SHA256, element(0x04, Buffer.alloc(64)), ...unsigned);
}

interface Shape {
  contentType?: string;
  algorithms?: readonly Buffer[];
  certificates?: readonly Buffer[];
  crls?: readonly Buffer[];
  signers: readonly Buffer[];
}

function signedData({ contentType = DATA, algorithms = [SHA256], certificates, crls, signers }: Shape): Buffer {
  const set = (tag: number, members: readonly Buffer[]): Buffer => element(tag, Buffer.concat(members));
  return element(
    0x30,
    oid('1.2.840.113549.1.7.2'),
    element(
      0xa0,
      element(
        0x30,
        integer(1),
        set(0x31, algorithms),
        element(0x30, oid(contentType), element(0xa0, element(0x04, Buffer.from('text')))),
        ...(certificates === undefined ? [] : [set(0xa0, certificates)]),
        ...(crls === undefined ? [] : [set(0xa1, crls)]),
        set(0x31, signers),
      ),
    ),
  );
}

/** Version and content type of a SignedData. */
function read(bytes: Buffer): { version: number; contentType: string } {
  const [, wrapped] = readAll(readOnly(bytes, 0x30));
  const [version, , content] = readAll(readOnly(wrapped?.contents ?? Buffer.alloc(0), 0x30));
  return {
    version: version?.contents[0] ?? 0,
    contentType: objectIdentifier(readElement(content?.contents ?? Buffer.alloc(0), 0)),
  };
}

describe('a signature of somebody else’s', () => {
  it('that is nested without end is refused, and quickly', async () => {
    let deep = signerInfo();
    for (let level = 0; level < 3_000; level += 1) deep = signerInfo([deep]);
    const bytes = signedData({ signers: [deep] });
    const began = performance.now();
    expect(() => countersignaturesOf(bytes, 'leafs')).toThrow(CmsError);
    await expect(countersignCades(bytes, 'leafs', await signerOf(), WHEN)).rejects.toThrow(CmsError);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('that is countersigned a few times over is not', () => {
    let deep = signerInfo();
    for (let level = 0; level < 7; level += 1) deep = signerInfo([deep]);
    expect(countersignaturesOf(signedData({ signers: [deep] }), 'tree')).toBe(8);
  });

  it.each([
    ['hashes', { algorithms: Array<Buffer>(200_000).fill(NULL) }],
    ['certificates', { certificates: Array<Buffer>(200_000).fill(NULL) }],
    ['signatures', { signers: Array<Buffer>(5_000).fill(signerInfo()) }],
  ])('with a crowd of %s is refused', async (_, shape) => {
    const bytes = signedData({ signers: [signerInfo()], ...shape });
    await expect(cosignCades(bytes, null, await signerOf(), WHEN)).rejects.toThrow(CmsError);
  });

  it('with something else than signatures in it is refused before anything is signed', async () => {
    let signed = 0;
    const own = await signerOf();
    const signer: Signer = {
      ...own,
      sign: (data) => {
        signed += 1;
        return own.sign(data);
      },
    };
    await expect(cosignCades(signedData({ signers: [NULL] }), null, signer, WHEN)).rejects.toThrow(CmsError);
    expect(signed).toBe(0);
  });
});

describe('the version of what a signature was added to (RFC 5652, 5.1)', () => {
  it.each<[string, number, Shape]>([
    ['plain data', 1, { signers: [signerInfo()] }],
    ['another content type', 3, { contentType: '1.2.840.113549.1.9.16.1.4', signers: [signerInfo()] }],
    ['a signer known by a key identifier', 3, { signers: [signerInfo([], 3)] }],
    ['attribute certificates, version 1', 3, { certificates: [element(0xa1)], signers: [signerInfo()] }],
    ['attribute certificates, version 2', 4, { certificates: [element(0xa2)], signers: [signerInfo()] }],
    ['other certificates', 5, { certificates: [element(0xa3)], signers: [signerInfo()] }],
    ['other revocation information', 5, { crls: [element(0xa1, oid('1.3.6.1.5.5.7.16.2'), NULL)], signers: [signerInfo()] }],
    ['a list of revoked certificates', 1, { crls: [element(0x30)], signers: [signerInfo()] }],
  ])('with %s is %i', async (_, version, shape) => {
    expect(read(await cosignCades(signedData(shape), null, await signerOf(), WHEN)).version).toBe(version);
  });

  it('leaves a content type with huge numbers as it was', async () => {
    const contentType = '2.25.329800735698586629295641978511506172918';
    const made = await cosignCades(signedData({ contentType, signers: [signerInfo()] }), null, await signerOf(), WHEN);
    expect(read(made).contentType).toBe(contentType);
  });
});
