import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url, properties, type SitePage } from './driver.ts';
import { outcome, pageAt, tls } from './site.ts';

const YES = { pair: true, certificate: 'rsa', pin: USER_PIN, confirm: true } as const;
const DOCUMENT = Buffer.from('Recurso de alzada n.º 7');
const CADES = { algorithm: 'SHA256withRSA', format: 'CAdES', dat: base64url(DOCUMENT) };

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let page: SitePage;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-cades-'));
  token = await createSoftHsm();
  daemon = await startTestDaemon({
    drivers: [{ path: token.library, environment: token.env }],
    settings: { bridges: { webeid: false, scs: false, nexu: false, afirma: true } },
  });
  installTls(daemon.stateDir, await tls());
});
beforeEach(async () => {
  person = await personAt(daemon, YES);
  page = await pageAt(daemon);
});
afterEach(async () => {
  page.close();
  await person.leave();
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Has OpenSSL check every signer over the content; throws unless all verify. Gives the content. */
function verified(signature: Buffer, content?: Buffer): Buffer {
  const file = join(folder, 'signature.p7s');
  writeFileSync(file, signature);
  const args = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', file, '-noverify'];
  if (content !== undefined) {
    writeFileSync(join(folder, 'content'), content);
    args.push('-content', join(folder, 'content'));
  }
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What OpenSSL prints of the structure. */
function printed(signature: Buffer): string {
  const file = join(folder, 'printed.p7s');
  writeFileSync(file, signature);
  return execFileSync('openssl', ['cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', file]).toString();
}

function shown(): unknown {
  const question = person.seen.at(-1)?.question;
  return question?.kind === 'confirm' || question?.kind === 'pin' ? question.act : question;
}

describe('CAdES', () => {
  it('leaves the document out unless the site wants it in', async () => {
    const { signature: apart } = await page.sign('sign', CADES);
    expect(verified(apart, DOCUMENT)).toEqual(DOCUMENT);
    expect(() => verified(apart, Buffer.from('another'))).toThrow();
    const { signature: explicit } = await page.sign('sign', { ...CADES, properties: properties('mode=explicit') });
    expect(() => verified(explicit)).toThrow();
    const { signature: inside } = await page.sign('sign', { ...CADES, properties: properties('mode=implicit') });
    expect(verified(inside)).toEqual(DOCUMENT);
  });

  it.each([
    ['rsa', 'SHA512withRSA'],
    ['p256', 'SHA256withECDSA'],
    ['p384', 'SHA256withRSA'],
    ['p384', 'SHA384withECDSA'],
  ])('is made with the key %s and %s', async (certificate, algorithm) => {
    person.does({ ...YES, certificate });
    const { signature } = await page.sign('sign', { ...CADES, algorithm, format: 'AUTO' });
    expect(verified(signature, DOCUMENT)).toEqual(DOCUMENT);
  });

  it('takes a digest that the site made', async () => {
    const digest = createHash('sha512').update(DOCUMENT).digest();
    const wanted = { algorithm: 'SHA512withRSA', dat: base64url(digest) };
    const { signature } = await page.sign('sign', {
      ...CADES,
      ...wanted,
      properties: properties('precalculatedHashAlgorithm=SHA-512'),
    });
    expect(verified(signature, DOCUMENT)).toEqual(DOCUMENT);
    expect(shown()).toMatchObject({ documents: [{ digest: expect.stringContaining(digest.toString('hex').slice(0, 4)) }] });
    expect(
      await outcome(page.sign('sign', { ...CADES, ...wanted, properties: properties('precalculatedHashAlgorithm=SHA-256') })),
    ).toBe('Exception AF600121');
  });

  it("carries a policy, and the administration's by its short name", async () => {
    const named = [
      'policyIdentifier=urn:oid:1.2.3.4',
      `policyIdentifierHash=${Buffer.alloc(32, 7).toString('base64')}`,
      'policyIdentifierHashAlgorithm=http://www.w3.org/2001/04/xmlenc#sha256',
      'policyQualifier=https://policy.example/policy.pdf',
    ];
    const { signature } = await page.sign('sign', { ...CADES, properties: properties(...named) });
    expect(verified(signature, DOCUMENT)).toEqual(DOCUMENT);
    expect(printed(signature)).toMatch(/1\.2\.3\.4[\s\S]*https:\/\/policy\.example\/policy\.pdf/);
    const { signature: age } = await page.sign('sign', { ...CADES, properties: properties('expPolicy=FirmaAGE') });
    expect(verified(age)).toEqual(DOCUMENT);
    expect(printed(age)).toContain('2.16.724.1.3.1.1.2.1.9');
  });

  it('is cosigned: with the document inside, and apart by the digest of the signer before', async () => {
    for (const mode of ['implicit', 'explicit']) {
      const { signature: first } = await page.sign('sign', { ...CADES, properties: properties(`mode=${mode}`) });
      person.does({ ...YES, certificate: 'p256' });
      const { signature: second } = await page.sign('cosign', { ...CADES, dat: base64url(first), format: 'AUTO' });
      expect(verified(second, mode === 'explicit' ? DOCUMENT : undefined)).toEqual(DOCUMENT);
      expect(printed(second).match(/signatureAlgorithm:/g)?.length).toBeGreaterThanOrEqual(2);
      const digest = createHash('sha256').update(DOCUMENT).digest('hex');
      expect(shown()).toMatchObject({ count: 1, documents: [{ digest: expect.stringContaining(digest.slice(0, 4)) }] });
      person.does(YES);
    }
    const { signature: apart } = await page.sign('sign', CADES);
    expect(await outcome(page.sign('cosign', { ...CADES, algorithm: 'SHA384withRSA', dat: base64url(apart) }))).toBe(
      'Exception AF510006',
    );
  });

  it('is countersigned: the last signatures or all of them', async () => {
    const { signature: one } = await page.sign('sign', { ...CADES, properties: properties('mode=implicit') });
    const count = (signature: Buffer) =>
      signature.toString('latin1').split(Buffer.from('2a864886f70d010906', 'hex').toString('latin1')).length - 1;
    const { signature: leafs } = await page.sign('countersign', {
      ...CADES,
      dat: base64url(one),
      properties: properties('target=leafs'),
    });
    expect([verified(leafs), count(leafs)]).toEqual([DOCUMENT, 1]);
    const { signature: tree } = await page.sign('countersign', {
      ...CADES,
      dat: base64url(leafs),
      properties: properties('target=tree'),
    });
    expect([verified(tree), count(tree)]).toEqual([DOCUMENT, 3]);
    expect(await outcome(page.sign('countersign', CADES))).toBe('Exception AF501006');
    const nested = Buffer.concat(Array.from({ length: 2_000 }, () => Buffer.from([0x30, 0x80])));
    expect(await outcome(page.sign('countersign', { ...CADES, dat: base64url(nested) }))).toBe('Exception AF501006');
  });

  it('is made in a batch, each document in its own way', async () => {
    const { signature: before } = await page.sign('sign', { ...CADES, properties: properties('mode=implicit') });
    const { signs } = await page.batch({
      algorithm: 'SHA256withRSA',
      format: 'CAdES',
      suboperation: 'sign',
      stoponerror: true,
      extraparams: Buffer.from('mode=implicit\n').toString('base64'),
      singlesigns: [
        { id: 'in', datareference: DOCUMENT.toString('base64') },
        { id: 'apart', datareference: DOCUMENT.toString('base64'), extraparams: Buffer.from('mode=explicit').toString('base64') },
        { id: 'more', datareference: before.toString('base64'), suboperation: 'cosign' },
        { id: 'counter', datareference: before.toString('base64'), suboperation: 'countersign' },
      ],
    });
    expect(signs.map(({ id, result }) => `${id} ${result}`)).toEqual([
      'in DONE_AND_SAVED',
      'apart DONE_AND_SAVED',
      'more DONE_AND_SAVED',
      'counter DONE_AND_SAVED',
    ]);
    for (const { id, signature = '' } of signs) {
      const bytes = Buffer.from(signature, 'base64');
      expect(verified(bytes, id === 'apart' ? DOCUMENT : undefined), id).toEqual(DOCUMENT);
    }
  });
});
