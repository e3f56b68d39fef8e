import { createHash, createVerify, X509Certificate } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url, frameOf, properties, type SitePage } from './driver.ts';
import { launch, outcome, pageAt, pageOf, SEDE, tls } from './site.ts';

const BRIDGES = { webeid: false, scs: false, nexu: false, afirma: true };
const YES = { pair: true, certificate: true, pin: USER_PIN, confirm: true } as const;
const DOCUMENT = Buffer.from('Solicitud de ayuda n.º 42');
const RAW = { algorithm: 'SHA256withRSA', format: 'NONE', dat: base64url(DOCUMENT) };
const CADES = { ...RAW, format: 'CAdES' };

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let page: SitePage;

beforeAll(async () => {
  token = await createSoftHsm();
  daemon = await startTestDaemon({
    drivers: [{ path: token.library, environment: token.env }],
    settings: { bridges: BRIDGES, language: 'es' },
  });
});
beforeEach(async () => {
  installTls(daemon.stateDir, await tls());
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
});

function verifies(certificate: Buffer, signature: Buffer, data: Buffer = DOCUMENT, hash = 'sha256'): boolean {
  return createVerify(hash).update(data).verify(new X509Certificate(certificate).publicKey, signature);
}

const kinds = () => person.seen.map(({ question }) => question.kind);

describe('a session', () => {
  it('is spoken as the script speaks: echo, operation, #wait, getresult, result', async () => {
    const { certificate, signature } = await page.sign('sign', {
      ...RAW,
      properties: properties('filters=nonexpired:'),
      sticky: 'false',
    });
    expect(verifies(certificate, signature)).toBe(true);
    const { session } = page.options;
    expect(page.frames.slice(0, 4)).toEqual([
      `> echo=-idsession=${session}@EOF`,
      '< OK',
      `> ${frameOf('sign', session, { ...RAW, properties: properties('filters=nonexpired:'), sticky: 'false' })}`,
      '< #wait',
    ]);
    expect(page.frames.at(-2)).toBe(`> getresult?idsession=${session}`);
    expect(page.frames.at(-1)).toMatch(/^< [\w-]+={0,2}\|[\w-]+={0,2}$/);
    expect(await page.exchange(`getresult?idsession=${session}`)).toBe('NULL');
  });

  it('asks the person in the name of the origin, with the digest of the document', async () => {
    person.does({ ...YES, pin: 'no', confirm: 'no' });
    expect(await outcome(page.sign('sign', RAW))).toBe('AOCancelledOperationException AF500001');
    const asked = person.seen.at(-1)?.question;
    if (asked?.kind !== 'confirm' && asked?.kind !== 'pin') throw new Error('no consent was asked');
    expect(asked.asker).toEqual({ kind: 'site', name: SEDE, via: 'afirma' });
    const digest = createHash('sha256').update(DOCUMENT).digest('hex');
    expect(asked.act).toMatchObject({
      kind: 'sign',
      count: 1,
      documents: [{ name: null, digest: expect.stringContaining(digest.slice(0, 4)) }],
    });
    expect(page.frames.at(-1)).toBe('< err-11:=AF500001 - Operación cancelada por el usuario.');
  });

  it('serves the old script: no #wait, one answer', async () => {
    const old = await pageAt(daemon, { jvc: 3 });
    const { certificate, signature } = await old.sign('sign', RAW);
    expect(verifies(certificate, signature)).toBe(true);
    expect(old.frames).toHaveLength(4);
    old.close();
  });

  it('serves protocol 3 on the port it knows', async () => {
    const old = await pageAt(daemon, { v: 3 });
    expect((await old.selectCertificate()).length).toBeGreaterThan(300);
    old.close();
  });

  it('is found on the first free port of the list, by the name localhost too', async () => {
    const other = await pageOf({ host: 'localhost' });
    other.options.ports = [page.socket.url.split(':')[2]?.replace('/', ''), ...other.options.ports].map(Number);
    const { json } = await launch(daemon, other.address);
    expect(json.port).toBe(other.options.ports[1]);
    other.options.ports = other.options.ports.slice(1);
    await other.connect();
    expect(await other.exchange(`echo=-idsession=${other.options.session}@EOF`)).toBe('OK');
    other.close();
  });

  it('takes several connections of its page and ends with the last that spoke', async () => {
    const second = await pageOf({ session: page.options.session, ports: page.options.ports });
    await Promise.all([page.exchange(`echo=-idsession=${page.options.session}@EOF`), second.connect()]);
    expect(await second.exchange(`echo=-idsession=${page.options.session}@EOF`)).toBe('OK');
    page.close();
    expect((await second.selectCertificate()).length).toBeGreaterThan(300);
    second.close();
  });
});

describe('signing', () => {
  it.each([
    ['SHA256withRSA', 'sha256'],
    ['SHA384withRSA', 'sha384'],
    ['SHA512withRSA', 'sha512'],
    ['SHA512', 'sha512'],
  ])('makes bare signatures: %s', async (algorithm, hash) => {
    const { certificate, signature } = await page.sign('sign', { ...RAW, algorithm });
    expect(verifies(certificate, signature, DOCUMENT, hash)).toBe(true);
  });

  it.each([
    ['p256', 'SHA256withECDSA', 'sha256'],
    ['p256', 'SHA256withRSA', 'sha256'],
    ['p384', 'SHA256withECDSA', 'sha256'],
    ['p384', 'SHA512', 'sha512'],
  ])('lets the key decide, and writes ECDSA in DER: %s, %s', async (holder, algorithm, hash) => {
    person.does({ ...YES, certificate: holder });
    const { certificate, signature } = await page.sign('sign', { ...RAW, algorithm });
    expect(verifies(certificate, signature, DOCUMENT, hash)).toBe(true);
  });

  it('unpacks a packed document', async () => {
    const { certificate, signature } = await page.sign('sign', { ...RAW, gzip: 'true', dat: base64url(gzipSync(DOCUMENT)) });
    expect(verifies(certificate, signature)).toBe(true);
  });

  it('honours the name of a keystore, a minimum version and an application name', async () => {
    const more = { mcv: '1.8.0', ksb64: base64url('PKCS11:/tmp/not-loaded.so'), appname: 'sede.example' };
    expect(await outcome(page.sign('sign', { ...RAW, ...more }))).toBe('ok');
  });

  it('keeps a certificate for the page that wants it kept, and for no other', async () => {
    await page.sign('sign', { ...RAW, sticky: 'true' });
    const before = kinds().length;
    await page.sign('sign', { ...RAW, sticky: 'true' });
    expect(kinds().slice(before)).toEqual(['confirm']);
    await page.sign('sign', { ...RAW, sticky: 'true', resetsticky: 'true' });
    expect(kinds().slice(before + 1)).toEqual(['certificate', 'confirm']);
    const other = await pageAt(daemon, { origin: 'https://otra.example' });
    await other.sign('sign', { ...RAW, sticky: 'true' });
    expect(kinds().slice(before + 3)).toEqual(['pair', 'certificate', 'pin']);
    other.close();
  });
});

describe('selectcert', () => {
  it('gives the certificate that the person picks', async () => {
    person.does({ ...YES, certificate: 'p256' });
    expect(new X509Certificate(await page.selectCertificate({ sticky: 'false' })).subject).toContain('p256');
  });

  it('offers those that the filters let through', async () => {
    const certificate = await page.selectCertificate({
      properties: properties('filters.1=subject.contains:p384', 'filters.2=subject.rfc2254:(cn=none*)', 'headless=true'),
    });
    expect(new X509Certificate(certificate).subject).toContain('p384');
  });
});

describe('a local batch', () => {
  const dat = (text: string) => Buffer.from(text).toString('base64');
  const one = (id: string, more: Record<string, string> = {}) => ({ id, datareference: dat(id), ...more });
  const whole = { algorithm: 'SHA256withRSA', format: 'NONE', suboperation: 'sign', stoponerror: false };

  it('is signed after one consent that tells the count', async () => {
    const { signs, certificate } = await page.batch(
      { ...whole, singlesigns: [one('a'), one('b'), one('c', { format: 'CAdES' })] },
      { needcert: 'true' },
    );
    expect(signs.map(({ id, result }) => [id, result])).toEqual([
      ['a', 'DONE_AND_SAVED'],
      ['b', 'DONE_AND_SAVED'],
      ['c', 'DONE_AND_SAVED'],
    ]);
    for (const { id, signature = '' } of signs.slice(0, 2))
      expect(verifies(certificate ?? Buffer.alloc(0), Buffer.from(signature, 'base64'), Buffer.from(id))).toBe(true);
    const consents = person.seen.filter(({ question }) => question.kind === 'confirm' || question.kind === 'pin');
    expect(consents).toHaveLength(1);
    expect(consents[0]?.question).toMatchObject({ act: { kind: 'sign', count: 3 } });
  });

  it('goes on after a document that cannot be signed, unless it is to stop', async () => {
    const singlesigns = [one('a'), one('b', { datareference: 'https://sede.example/b' }), one('c')];
    const on = await page.batch({ ...whole, singlesigns });
    expect(on.signs.map(({ result }) => result)).toEqual(['DONE_AND_SAVED', 'ERROR_PRE', 'DONE_AND_SAVED']);
    expect(on.signs[1]?.description).toContain('Signet no descarga nada');
    const before = kinds().length;
    const stopped = await page.batch({ ...whole, stoponerror: true, singlesigns });
    expect(stopped.signs).toEqual([
      { id: 'a', result: 'SKIPPED' },
      { id: 'b', result: 'ERROR_PRE', description: expect.any(String) },
      { id: 'c', result: 'SKIPPED' },
    ]);
    expect(kinds().slice(before)).not.toContain('confirm');
  });

  it.each([
    [{}, { jsonbatch: 'false' }, 'AF600503'],
    [{}, { batchpresignerurl: 'https://sede.example/pre', batchpostsignerurl: 'https://sede.example/post' }, 'AF600002'],
    [{}, { localBatchProcess: 'false' }, 'AF600002'],
    ['{', {}, 'AF600419'],
    [{ ...whole, singlesigns: [] }, {}, 'AF600419'],
    [{ ...whole, singlesigns: [one('a'), one('a')] }, {}, 'AF600419'],
    [{ ...whole, singlesigns: [{ datareference: 'aGk=' }] }, {}, 'AF600419'],
    [{ ...whole, singlesigns: ['a'] }, {}, 'AF600419'],
    [{ ...whole, singlesigns: [{ id: 'a', datareference: 5 }] }, {}, 'AF600419'],
  ])('is refused before anybody is asked: %j %j', async (definition, parameters, code) => {
    expect(await outcome(page.batch(definition, parameters))).toBe(`Exception ${code}`);
    expect(kinds()).toEqual([]);
  });
});

/** Operation, parameters, and the code of each kind of script. */
const REFUSED: [string, Record<string, string | undefined>, string, string][] = [
  ['save', { title: 't', filename: 'x.txt', exts: 'txt' }, 'AF600100', 'SAF_00'],
  ['save', { filename: 'x.txt', dat: 'file:///etc/passwd' }, 'AF200003', 'SAF_13'],
  ['save', { filename: 'x.txt', dat: '***' }, 'AF600121', 'SAF_03'],
  ['signandsave', { ...RAW, filename: 'x.sig' }, 'AF600002', 'SAF_04'],
  ['signandsave', { ...RAW, cop: 'dance', filename: 'x.sig' }, 'AF600002', 'SAF_04'],
  ['signandsave', { ...RAW, dat: undefined, cop: 'load', filename: 'x.sig' }, 'AF600002', 'SAF_04'],
  ['batch', { jsonbatch: 'true', localBatchProcess: 'true' }, 'AF600100', 'SAF_00'],
  ['dance', {}, 'AF600002', 'SAF_04'],
  ['sign', { ...RAW, mcv: '99.0.0' }, 'AF500005', 'SAF_41'],
  ['sign', { ...RAW, ksb64: base64url('PKCS12') }, 'AF600011', 'SAF_08'],
  ['sign', { ...RAW, dat: undefined, format: 'PAdES' }, 'AF600105', 'SAF_06'],
  ['cosign', { ...RAW, dat: undefined, format: 'AUTO', algorithm: 'SHA1withRSA' }, 'AF600107', 'SAF_03'],
  ['sign', { ...RAW, dat: 'http://127.0.0.1:80/' }, 'AF200003', 'SAF_00'],
  ['sign', { ...RAW, dat: 'file:///etc/passwd' }, 'AF200003', 'SAF_13'],
  ['sign', { ...RAW, dat: '***' }, 'AF600121', 'SAF_03'],
  ['sign', { ...RAW, format: undefined }, 'AF600104', 'SAF_06'],
  ['sign', { ...RAW, format: 'PAdES' }, 'AF600105', 'SAF_06'],
  ['sign', { ...RAW, format: 'XAdEStri' }, 'AF600105', 'SAF_21'],
  ['sign', { ...RAW, algorithm: undefined }, 'AF600106', 'SAF_03'],
  ['sign', { ...RAW, algorithm: 'SHA1withRSA' }, 'AF600107', 'SAF_03'],
  ['sign', { ...CADES, properties: properties('policyIdentifier=1.2.3') }, 'AF521000', 'SAF_23'],
  ['sign', { ...CADES, properties: properties('precalculatedHashAlgorithm=SHA-256') }, 'AF600121', 'SAF_03'],
  ['cosign', { ...CADES }, 'AF501006', 'SAF_31'],
  ['cosign', { ...CADES, format: 'AUTO' }, 'AF501009', 'SAF_17'],
  ['countersign', { ...CADES, properties: properties('target=signers') }, 'AF600110', 'SAF_03'],
  ['sign', { ...RAW, properties: properties('filters=ssl:ffff') }, 'AF501001', 'SAF_19'],
  ['selectcert', { properties: properties('filters=ssl:ffff') }, 'AF502001', 'SAF_19'],
];

describe('a refusal', () => {
  it.each(REFUSED)('has its numbers: %s %j', async (op, parameters, code, old) => {
    const frames: string[] = [];
    expect(await outcome(page.operation(op, parameters))).toBe(`Exception ${code}`);
    frames.push(page.frames.at(-1) ?? '');
    const older = await pageAt(daemon, { jvc: 2 });
    expect(await outcome(older.operation(op, parameters))).toMatch(new RegExp(`^Exception ${old}: \\S.{10}`));
    older.close();
    expect(frames[0]).toMatch(new RegExp(`^< err-00:=${code} - \\S.{10}[^\\n]*$`));
    expect(kinds().filter((kind) => kind !== 'pair')).toEqual([]);
  });

  it('of a batch for want of a certificate has a number of its own', async () => {
    const definition = { algorithm: 'SHA256withRSA', format: 'NONE', singlesigns: [{ id: 'a', datareference: 'aGk=' }] };
    expect(await outcome(page.batch(definition, { properties: properties('filters=ssl:ffff') }))).toBe('Exception AF504001');
  });

  it('by the person is CANCEL for the old script', async () => {
    const older = await pageAt(daemon, { jvc: 3 });
    person.does({ ...YES, certificate: 'no' });
    expect(await outcome(older.sign('sign', RAW))).toBe('AOCancelledOperationException ');
    expect(older.frames.at(-1)).toBe('< CANCEL');
    older.close();
  });

  it('after a wrong PIN says so, and asks no more by itself', async () => {
    const other = await pageAt(daemon, { origin: 'https://pin.example' });
    person.does({ ...YES, pin: ['000000'] });
    const done = outcome(other.sign('sign', RAW));
    const again = await person.next('pin');
    expect(again.question.again).toBe('pin_incorrect');
    await person.cancel();
    expect(await done).toBe('Exception AF501003');
    expect(other.frames.at(-1)).not.toMatch(/\d (?:try|tries|intento)/);
    expect(kinds().filter((kind) => kind === 'pin')).toHaveLength(2);
    other.close();
  });

  it('for want of a prompt says that the key cannot be reached', async () => {
    await person.leave();
    expect(await outcome(page.sign('sign', { ...RAW }))).toBe('Exception AF200108');
  });
});
