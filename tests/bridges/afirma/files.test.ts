import { createVerify, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN, until } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url, properties, type SitePage } from './driver.ts';
import { outcome, pageAt, SEDE, tls } from './site.ts';

const BRIDGES = { webeid: false, scs: false, nexu: false, afirma: true };
const DOCUMENT = Buffer.from('Solicitud de ayuda n.º 42\u0000ÿ');
const PICKED = { name: 'solicitud.txt', data: DOCUMENT };
const YES = { pair: true, certificate: true, pin: USER_PIN, confirm: true, load: [PICKED], save: true } as const;
const RAW = { algorithm: 'SHA256withRSA', format: 'NONE' };
const CADES = { ...RAW, format: 'CAdES' };
const NAMED = base64url(JSON.stringify({ filename: 'solicitud.txt' }));

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let page: SitePage;
let older: SitePage;

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
  older = await pageAt(daemon, { jvc: 2 });
});
afterEach(async () => {
  page.close();
  older.close();
  await person.leave();
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
});

const kinds = () => person.seen.map(({ question }) => question.kind).filter((kind) => kind !== 'pair');
const CANCELLED = ['AOCancelledOperationException AF500001', 'AOCancelledOperationException '];

describe('load', () => {
  const asked = { title: 'Su solicitud', exts: 'txt,.pdf, *.xml', desc: 'Documentos', filePath: '/etc/passwd' };

  it('gives the file that the person picks, in the name of the origin and with its own words', async () => {
    for (const one of [page, older]) {
      expect(await one.load({ ...asked, multiload: 'false' })).toEqual([['solicitud.txt', DOCUMENT.toString('base64')]]);
      expect(person.seen.at(-1)?.question).toEqual({
        kind: 'load',
        asker: { kind: 'site', name: SEDE, via: 'afirma' },
        title: 'Su solicitud',
        description: 'Documentos',
        extensions: ['txt', 'pdf', 'xml'],
        multiple: false,
        limits: { files: 1, bytes: 32 * 1024 * 1024 },
      });
    }
    expect(JSON.stringify(person.seen)).not.toContain('passwd');
    expect(person.seen.at(-1)?.words.lines).toContain('It says: “Su solicitud”');
  });

  it('gives several where the page takes several, under names that part them', async () => {
    person.does({ ...YES, load: [PICKED, { name: 'C:\\a|b:c.pdf', data: Buffer.alloc(0) }] });
    expect(await page.load({ multiload: 'true' })).toEqual([
      ['solicitud.txt', DOCUMENT.toString('base64')],
      ['a_b_c.pdf', ''],
    ]);
  });

  it('ends with a no, and goes when the page does', async () => {
    person.does({ ...YES, load: 'no' });
    expect([await outcome(page.load()), await outcome(older.load())]).toEqual(CANCELLED);
    person.does({});
    const left = await pageAt(daemon, { origin: 'https://otra.example' });
    const done = left.load().catch(() => undefined);
    await person.next('pair');
    person.does({ pair: true });
    const heard = await person.next('load');
    left.close();
    expect(await person.end(heard)).toMatchObject({ why: 'gone' });
    await done;
  });

  it('says so where nobody can be asked', async () => {
    await person.leave();
    await until('nobody attends', () => daemon.rooms?.desk.attended('terminal') === false || undefined);
    expect(await outcome(page.load())).toBe('Exception AF200003');
    expect(await outcome(older.load())).toMatch(/^Exception SAF_25: /);
    expect(await outcome(older.save({ dat: 'aGk=' }))).toMatch(/^Exception SAF_05: /);
  });
});

describe('save', () => {
  it('has the person save what the page hands over, under a bare name', async () => {
    expect(await page.save({ filename: '../../.bashrc', exts: 'txt', dat: base64url(DOCUMENT) })).toBe('OK');
    expect(await older.save({ exts: 'csig,p7s', dat: base64url(DOCUMENT), title: 't' })).toBe('OK');
    expect(person.saved.map(({ name, data }) => [name, Buffer.from(data)])).toEqual([
      ['bashrc', DOCUMENT],
      ['file.csig', DOCUMENT],
    ]);
    expect(person.seen.at(-1)?.question).toMatchObject({ kind: 'save', size: DOCUMENT.length, asker: { name: SEDE } });
  });

  it('ends with a no', async () => {
    person.does({ ...YES, save: 'no' });
    const wanted = { filename: 'x.txt', dat: base64url(DOCUMENT) };
    expect([await outcome(page.save(wanted)), await outcome(older.save(wanted))]).toEqual(CANCELLED);
    expect(person.saved).toEqual([]);
  });
});

describe('signing without a document', () => {
  const verifies = (certificate: Buffer, signature: Buffer): boolean =>
    createVerify('sha256').update(DOCUMENT).verify(new X509Certificate(certificate).publicKey, signature);

  it.each([undefined, ''])('has the person pick it, and tells its name: %j', async (dat) => {
    for (const one of [page, older]) {
      const before = kinds().length;
      const { certificate, signature, extra } = await one.sign('sign', { ...RAW, dat });
      expect(verifies(certificate, signature)).toBe(true);
      expect(extra).toBe(NAMED);
      expect(kinds().slice(before)[0]).toBe('load');
      expect(person.seen.at(-1)?.question).toMatchObject({ act: { documents: [{ name: 'solicitud.txt' }], count: 1 } });
    }
  });

  it('adds to a signature that the person picks', async () => {
    const first = await page.sign('sign', { ...CADES, properties: properties('mode=implicit') });
    person.does({ ...YES, load: [{ name: 'firma.csig', data: first.signature }] });
    for (const operation of ['cosign', 'countersign']) {
      const { signature, extra } = await page.sign(operation, { ...CADES, format: 'AUTO' });
      expect(signature.length).toBeGreaterThan(first.signature.length);
      expect(extra).toBe(base64url(JSON.stringify({ filename: 'firma.csig' })));
    }
    person.does(YES);
    expect(await outcome(page.sign('cosign', { ...CADES, format: 'AUTO' }))).toBe('Exception AF501009');
    expect(kinds().at(-1)).toBe('load');
  });

  it('ends with a no to the file', async () => {
    person.does({ ...YES, load: 'no' });
    expect([await outcome(page.sign('sign', RAW)), await outcome(older.sign('sign', RAW))]).toEqual(CANCELLED);
    expect(kinds()).toEqual(['load', 'load']);
  });
});

describe('signandsave', () => {
  it('signs, has the signature saved, and gives it to the page', async () => {
    for (const one of [page, older]) {
      const wanted = { ...CADES, cop: 'sign', filename: 'x.csig', dat: base64url(DOCUMENT) };
      const { signature, extra } = await one.sign('signandsave', wanted);
      expect(extra).toBeUndefined();
      expect(person.saved.at(-1)).toEqual({ name: 'x.csig', data: signature });
    }
    const { signature, extra } = await page.sign('signandsave', { ...CADES, cop: 'sign' });
    expect(extra).toBe(NAMED);
    expect(person.saved.at(-1)).toEqual({ name: 'solicitud.txt.csig', data: signature });
  });

  it('gives nothing when the person does not save it, with what happened in the audit and no name there', async () => {
    person.does({ ...YES, save: 'no' });
    const wanted = { ...RAW, cop: 'sign', filename: 'secreto.sig' };
    expect(await outcome(page.sign('signandsave', wanted))).toBe(CANCELLED[0]);
    expect(page.frames.at(-1)).toBe('< err-11:=AF500001 - Operación cancelada por el usuario.');
    const { text, json } = await daemon.call('GET', '/v1/audit?limit=20');
    const entries = (json.entries as { action: string; outcome: string; detail: object }[]).map(({ action, outcome, detail }) => [
      action,
      outcome,
      detail,
    ]);
    expect(entries).toContainEqual(['site.load', 'ok', { via: 'afirma', files: 1 }]);
    expect(entries).toContainEqual(['site.save', 'prompt_cancelled', { via: 'afirma' }]);
    expect(text).not.toMatch(/solicitud|secreto/);
  });
});
