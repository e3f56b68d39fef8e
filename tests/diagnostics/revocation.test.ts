import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OcspQuestion } from '../../src/diagnostics/reach/reached.ts';
import { statusByCrl } from '../../src/diagnostics/revocation/crl.ts';
import { issuerAmong, issuerNameIn, questionAbout } from '../../src/diagnostics/revocation/issuer.ts';
import { readOcspAnswer, statusByOcsp } from '../../src/diagnostics/revocation/ocsp.ts';
import { ocspRequest } from '../../src/diagnostics/revocation/ocsp-request.ts';
import { type Authority, authority } from './authority.ts';

let ours: Authority;
let others: Authority;
let issuer: X509Certificate;
let stranger: X509Certificate;
let name: Buffer;

beforeAll(async () => {
  ours = await authority();
  others = await authority();
  issuer = new X509Certificate(ours.der);
  stranger = new X509Certificate(others.der);
  name = issuerNameIn(await ours.leaf('0a')) ?? Buffer.alloc(0);
});
afterAll(() => {
  ours[Symbol.dispose]();
  others[Symbol.dispose]();
});

function question(serial: string): OcspQuestion {
  const asked = questionAbout(name, serial, issuer);
  if (asked === null) throw new Error('no question');
  return asked;
}

function basic(answer: Buffer): Buffer {
  const said = readOcspAnswer(answer);
  if (said === null || 'refusal' in said) throw new Error('no answer');
  return said.basic;
}

describe('who issued a certificate', () => {
  it('is told by the key, and not by the name', async () => {
    const leaf = new X509Certificate(await ours.leaf('0a'));
    expect(issuerAmong(leaf, [stranger, issuer])).toBe(issuer);
    expect(issuerAmong(leaf, [stranger])).toBeNull();
  });

  it.each(['-0a', '', '0', 'xx'])('no question is asked about the serial number %j', (serial) => {
    expect(questionAbout(name, serial, issuer)).toBeNull();
  });
});

describe('an OCSP answer', () => {
  it.each(['0a', 'a1'])('that openssl gives to our question about %s is read', (serial) => {
    const asked = question(serial);
    const said = statusByOcsp(basic(ours.answer(ocspRequest(asked))), asked, issuer, Date.now());
    expect(said).toMatchObject({
      status: 'good',
      revokedAt: null,
      thisUpdate: expect.any(Number),
      nextUpdate: expect.any(Number),
    });
  });

  it('tells of a revocation, and of a number that the responder does not know', () => {
    const asked = question('0a');
    const answer = basic(ours.answer(ocspRequest(asked), { revoked: ['0a'] }));
    expect(statusByOcsp(answer, asked, issuer, Date.now())).toMatchObject({
      status: 'revoked',
      revokedAt: Date.parse('2026-01-01T00:00:00Z'),
    });
    const unknown = question('0c');
    expect(statusByOcsp(basic(ours.answer(ocspRequest(unknown))), unknown, issuer, Date.now())).toMatchObject({
      status: 'unknown',
    });
  });

  it('counts when a delegate that the issuer named has signed it, and not when anybody else has', () => {
    const asked = question('0a');
    const request = ocspRequest(asked);
    const now = Date.now();
    expect(statusByOcsp(basic(ours.answer(request, { by: 'delegate' })), asked, issuer, now)).toMatchObject({ status: 'good' });
    expect(statusByOcsp(basic(ours.answer(request, { by: 'unnamed' })), asked, issuer, now)).toBe('signature');
    expect(statusByOcsp(basic(ours.answer(request)), asked, stranger, now)).toBe('signature');
    const late = now + 400 * 86_400_000;
    expect(statusByOcsp(basic(ours.answer(request, { by: 'delegate' })), asked, issuer, late)).toBe('signature');
  });

  it('about another certificate says nothing', () => {
    const answer = basic(ours.answer(ocspRequest(question('0b'))));
    expect(statusByOcsp(answer, question('0a'), issuer, Date.now())).toBe('other_certificate');
  });

  it.each([
    ['30030a0106', { refusal: 'unauthorized' }],
    ['30030a0103', { refusal: 'tryLater' }],
    ['30030a0109', { refusal: 'status 9' }],
    ['30030a0100', null],
    ['3c68746d6c3e', null],
    ['', null],
  ])('of %s is %o', (hex, read) => {
    expect(readOcspAnswer(Buffer.from(hex, 'hex'))).toEqual(read);
  });

  it('with any bit changed is never good for another key, and never worse than refused', () => {
    const asked = question('0a');
    const answer = ours.answer(ocspRequest(asked), { revoked: ['0a'] });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: answer.length * 8 - 1 }), { minLength: 1, maxLength: 3 }), (bits) => {
        const changed = Buffer.from(answer);
        for (const bit of bits) changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const said = readOcspAnswer(changed);
        if (said === null || 'refusal' in said) return;
        const status = statusByOcsp(said.basic, asked, issuer, Date.now());
        if (typeof status !== 'string') expect(status.status).toBe('revoked');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list of revoked certificates', () => {
  it('tells who is on it', async () => {
    const list = await ours.crl({ revoked: ['0b', '00a1'] });
    expect(statusByCrl(list, '0a', issuer, name)).toMatchObject({ status: 'good', nextUpdate: expect.any(Number) });
    expect(statusByCrl(list, '0b', issuer, name)).toMatchObject({ status: 'revoked', revokedAt: expect.any(Number) });
    expect(statusByCrl(list, 'a1', issuer, name)).toMatchObject({ status: 'revoked' });
    expect(statusByCrl(await ours.crl(), '0b', issuer, name)).toMatchObject({ status: 'good' });
  });

  it('is read in PEM as well', async () => {
    const list = (await ours.crl({ revoked: ['0a'] })).toString('base64');
    const pem = Buffer.from(`-----BEGIN X509 CRL-----\n${list}\n-----END X509 CRL-----\n`);
    expect(statusByCrl(pem, '0a', issuer, name)).toMatchObject({ status: 'revoked' });
  });

  it('by another key, by another issuer, or cut says nothing', async () => {
    const list = await ours.crl();
    expect(statusByCrl(list, '0a', stranger, name)).toBe('signature');
    expect(statusByCrl(list, '0a', issuer, Buffer.from('3000', 'hex'))).toBe('other_issuer');
    for (const length of [0, 1, 40, list.length - 1]) {
      expect(statusByCrl(list.subarray(0, length), '0a', issuer, name)).toBe('malformed');
    }
    expect(statusByCrl(Buffer.from('<html>log in</html>'), '0a', issuer, name)).toBe('malformed');
  });

  it.each([
    ['2.5.29.28', '30038201ff', 'partial'],
    ['2.5.29.28', '30038101ff', 'good'],
    ['2.5.29.28', '30038401ff', 'partial'],
    ['2.5.29.27', '020105', 'partial'],
  ])('with the critical extension %s %s is %s', async (oid, hex, expected) => {
    const list = await ours.crl({ extensions: [new x509.Extension(oid, true, Buffer.from(hex, 'hex'))] });
    const said = statusByCrl(list, '0a', issuer, name);
    expect(typeof said === 'string' ? said : said.status).toBe(expected);
  });
});
