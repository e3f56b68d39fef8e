import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { certFound, certKeyPairMatch, certQscd, certUsage } from '../../../src/diagnostics/checks/cert.ts';
import { certStaleCache } from '../../../src/diagnostics/checks/cert-cache.ts';
import { certChainComplete } from '../../../src/diagnostics/checks/cert-chain.ts';
import { certValidity } from '../../../src/diagnostics/checks/cert-validity.ts';
import type { CertificateView } from '../../../src/diagnostics/index.ts';
import { type CertificateFacts, parseCertificate } from '../../../src/tokens/index.ts';
import { issue } from '../../tokens/issue.ts';
import { type Changes, one, run, token, view } from './world.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanUps.splice(0)) clean();
});

const DER = await issue('p256', { name: 'Ann' });
const FACTS: CertificateFacts = {
  ...parseCertificate(DER),
  subject: 'CN=Ann',
  issuer: 'CN=Middle',
  issuerCommonName: 'Middle',
  notBefore: '2025-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
};
const NOW = Date.parse('2026-01-01T00:00:00Z');

function certificate(facts: Partial<CertificateFacts> | null = {}, rest: Partial<CertificateView> = {}): CertificateView {
  const full = facts === null ? null : { ...FACTS, ...facts };
  const id = createHash('sha256')
    .update(JSON.stringify([full, rest]))
    .digest('hex');
  return { id, tokenId: 'token-1', keyId: '01', label: 'Label', sha256: id, der: DER, facts: full, hasKey: null, ...rest };
}

/** A view of one token with these certificates, at `now`. */
function holding(certificates: CertificateView[], { now = NOW, ...changes }: Changes & { now?: number } = {}) {
  const contents = async () => ({ certificates, keysWithoutCertificate: [] });
  return view({ tokens: [token()], contents, machine: { now: () => now, ...changes.machine }, ...changes });
}

describe('cert.validity', () => {
  const day = (text: string) => ({ now: Date.parse(text) });

  it.each([
    ['2024-12-31T23:59:59Z', 'fail', 'is not valid before 2025-01-01'],
    ['2025-01-01T00:00:00Z', 'pass', 'valid until'],
    ['2026-12-01T00:00:00Z', 'pass', 'valid until'],
    ['2026-12-03T00:00:00Z', 'warn', 'days left: 29'],
    ['2026-12-31T23:59:59Z', 'warn', 'days left: 0'],
    ['2027-01-01T00:00:00Z', 'fail', 'expired on 2027-01-01'],
  ])('at %s is a %s', async (at, result, found) => {
    expect(await one(certValidity, holding([certificate()], day(at)))).toMatchObject({
      result,
      found: expect.stringContaining(found),
    });
  });

  it('opens the renewal when the issuer does, and leads to its procedure', async () => {
    const renewalOpens = (dn: string) => (dn === 'CN=Middle' ? 60 : null);
    const procedureFor = (purpose: string) => `middle.${purpose}`;
    const open = { ...day('2026-11-15T00:00:00Z'), renewalOpens, procedureFor };
    expect(await one(certValidity, holding([certificate()], open))).toMatchObject({
      result: 'warn',
      found: expect.stringContaining('can be renewed now'),
      procedureId: 'middle.renew',
      evidence: { renewalOpensDays: 60 },
    });
    const before = { ...open, ...day('2026-10-01T00:00:00Z') };
    expect(await one(certValidity, holding([certificate()], before))).toMatchObject({ result: 'pass' });
    const after = { ...open, ...day('2027-06-01T00:00:00Z') };
    expect(await one(certValidity, holding([certificate()], after))).toMatchObject({
      result: 'fail',
      procedureId: 'middle.obtain',
    });
  });

  it('leaves an old one be whose successor is there', async () => {
    const next = certificate({ notBefore: '2026-12-01T00:00:00.000Z', notAfter: '2029-01-01T00:00:00.000Z' });
    const at = async (text: string) =>
      (await run([certValidity], holding([certificate(), next], day(text)))).checks.map(({ result }) => result);
    expect(await at('2026-06-01T00:00:00Z')).toEqual(['pass', 'pass']);
    expect(await at('2026-12-20T00:00:00Z')).toEqual(['pass', 'pass']);
    expect(await at('2027-06-01T00:00:00Z')).toEqual(['pass', 'pass']);
    expect(await at('2029-06-01T00:00:00Z')).toEqual(['fail', 'fail']);
  });

  it('takes one for another use for no successor', async () => {
    const other = certificate({ notAfter: '2029-01-01T00:00:00.000Z', keyUsage: ['keyEncipherment'] });
    const { checks } = await run(
      [certValidity],
      holding([certificate({ keyUsage: ['nonRepudiation'] }), other], day('2027-06-01T00:00:00Z')),
    );
    expect(checks.map(({ result }) => result)).toEqual(['fail', 'pass']);
  });

  it('says nothing of authorities', async () => {
    const authority = certificate({ isCa: true, notAfter: '2025-06-01T00:00:00.000Z' });
    const { checks } = await run([certValidity], holding([authority]));
    expect(checks).toMatchObject([{ result: 'pass' }]);
  });
});

describe('cert.found', () => {
  it('tells what cannot be read from what is not there', async () => {
    expect(await one(certFound, holding([]))).toMatchObject({ result: 'fail' });
    expect(await one(certFound, holding([certificate({ isCa: true })]))).toMatchObject({ result: 'fail' });
    expect(await one(certFound, holding([certificate(null)]))).toMatchObject({ result: 'warn', evidence: { unreadable: 1 } });
    expect(await one(certFound, holding([certificate()]))).toMatchObject({ result: 'pass', evidence: { usable: 1 } });
  });

  it('without a token leaves all of it open, and without a readable certificate there is nothing to judge', async () => {
    const all = [certFound, certKeyPairMatch, certUsage, certQscd, certValidity, certChainComplete];
    for (const check of all) expect(await one(check, view())).toMatchObject({ result: 'unknown' });
    for (const check of all.slice(2))
      expect(await one(check, holding([certificate(null)]))).toMatchObject({ result: 'pass', found: 'Fine.' });
  });

  it('does not take a token that cannot be listed for an empty one', async () => {
    const contents = () => Promise.reject(Object.assign(new Error('busy'), { code: 'driver_timeout' }));
    const seen = view({ tokens: [token()], contents });
    expect(await one(certFound, seen)).toMatchObject({ result: 'unknown', evidence: { code: 'driver_timeout' } });
    expect((await run([certKeyPairMatch, certUsage, certValidity, certChainComplete], seen)).summary.fail).toBe(0);
  });
});

describe('cert.usage', () => {
  it.each([
    [null, null, 'pass'],
    [['nonRepudiation'], ['clientAuth'], 'pass'],
    [['digitalSignature'], null, 'pass'],
    [['digitalSignature'], ['clientAuth', 'emailProtection'], 'pass'],
    [['digitalSignature'], ['clientAuth'], 'warn'],
    [['digitalSignature'], ['clientAuth', 'msSmartcardLogon'], 'warn'],
    [['keyEncipherment'], null, 'warn'],
  ])('%s with %s is a %s', async (keyUsage, extendedKeyUsage, result) => {
    expect(await one(certUsage, holding([certificate({ keyUsage, extendedKeyUsage })]))).toMatchObject({ result });
  });

  it('is content with one of several', async () => {
    const login = certificate({ keyUsage: ['digitalSignature'], extendedKeyUsage: ['clientAuth'] });
    expect(await one(certUsage, holding([login, certificate({ keyUsage: ['nonRepudiation'] })]))).toMatchObject({
      result: 'pass',
    });
  });
});

describe('cert.qscd', () => {
  it.each([
    [null, 'does not say'],
    [{ qualified: true, qscd: false, types: [] }, 'not that its key'],
    [{ qualified: true, qscd: true, types: ['esign' as const] }, 'qualified device'],
  ])('tells %o and finds no fault', async (qcStatements, found) => {
    expect(await one(certQscd, holding([certificate({ qcStatements })]))).toMatchObject({
      result: 'pass',
      found: expect.stringContaining(found),
    });
  });
});

describe('cert.chain-complete', () => {
  const middle = certificate({ subject: 'CN=Middle', issuer: 'CN=Top', issuerCommonName: 'Top', isCa: true });
  const top = certificate({ subject: 'CN=Top', issuer: 'CN=Top', isCa: true });

  it('says whose certificate is missing', async () => {
    expect(await one(certChainComplete, holding([certificate(), top]))).toMatchObject({
      result: 'warn',
      severity: 'notice',
      found: expect.stringContaining('Middle'),
    });
  });

  it('does not ask for the topmost one, nor of a certificate that issued itself', async () => {
    expect(await one(certChainComplete, holding([certificate(), middle]))).toMatchObject({ result: 'pass' });
    expect(await one(certChainComplete, holding([certificate(), middle, top]))).toMatchObject({ result: 'pass' });
    expect(await one(certChainComplete, holding([certificate({ issuer: 'CN=Ann' })]))).toMatchObject({ result: 'pass' });
  });

  it('gets out of a circle', async () => {
    const circle = certificate({ subject: 'CN=Top', issuer: 'CN=Middle', isCa: true });
    expect(await one(certChainComplete, holding([certificate(), middle, circle]))).toMatchObject({ result: 'pass' });
  });
});

describe('cert.stale-cache', () => {
  const later = Date.parse('2028-01-01T00:00:00Z');

  async function cached(bytes: Buffer, now = later) {
    const home = mkdtempSync(join(tmpdir(), 'signet-cache-'));
    cleanUps.push(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(join(home, '.cache/opensc'), { recursive: true });
    writeFileSync(join(home, '.cache/opensc/3F0050154331'), bytes);
    const der = await issue('p256');
    const facts = { ...parseCertificate(der), notAfter: '2027-01-01T00:00:00.000Z' };
    const sha256 = createHash('sha256').update(der).digest('hex');
    return {
      der,
      home,
      ask: () =>
        one(certStaleCache, holding([certificate(facts, { sha256 })], { now, machine: { home, now: () => now, env: {} } })),
    };
  }

  it('finds the very certificate that has ended, padded as cards pad it', async () => {
    const { der, home, ask } = await cached(Buffer.alloc(0));
    writeFileSync(join(home, '.cache/opensc/3F0050154331'), Buffer.concat([der, Buffer.alloc(300, 0xff)]));
    expect(await ask()).toMatchObject({ result: 'warn', found: expect.stringContaining('~/.cache/opensc') });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.alloc(2_000, 7)],
    ['a length that lies', Buffer.from('3082ffff00', 'hex')],
  ])('is not troubled by %s there', async (_what, bytes) => {
    expect(await (await cached(bytes)).ask()).toMatchObject({ result: 'pass' });
  });

  it('says nothing while the certificate is valid', async () => {
    const { der, home, ask } = await cached(Buffer.alloc(0), NOW);
    writeFileSync(join(home, '.cache/opensc/3F0050154331'), der);
    expect(await ask()).toMatchObject({ result: 'pass' });
  });
});
