import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignetClient } from '../../src/client/index.ts';
import { type Shimmed, SO_PIN, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { Folder, sample, texts } from '../procedures/sample.ts';

const NONE = { issuerDn: [], tokenManufacturer: [], tokenModel: [], atr: [], generic: false };

describe('procedures', () => {
  let folder: Folder;
  let shim: Shimmed;
  let daemon: TestDaemon;

  beforeAll(async () => {
    folder = new Folder();
    folder.write('acme.unblock.json', sample());
    folder.write('certigna.unblock.json', sample({ id: 'certigna.unblock', issuer: 'Certigna', programme: 'Acme' }));
    folder.write('tests.unblock.json', sample({ id: 'tests.unblock', match: { ...NONE, issuerDn: ['O=Signet tests'] } }));
    folder.write('bad.renew.json', '{\n  "id": 1,\n');
    shim = await shimmed();
    daemon = await startTestDaemon({ drivers: [shim.driver], settings: { procedureDirs: [folder.path] } });
  });
  afterAll(async () => {
    await daemon.dispose();
    shim.dispose();
    folder[Symbol.dispose]();
  });

  const get = (path: string, language = 'en') => daemon.call('GET', path, undefined, { 'accept-language': language });
  const ids = async (query: string): Promise<string[]> =>
    (await get(`/v1/procedures?${query}`)).json.procedures.map(({ id }: { id: string }) => id);

  it('are listed with where they are from, and with what was refused', async () => {
    const { status, json, headers } = await get('/v1/procedures', 'fr');
    expect([status, headers['content-language']]).toEqual([200, 'fr']);
    const of = (id: string) => json.procedures.find((each: { id: string }) => each.id === id);
    expect(of('certigna.unblock')).toMatchObject({ origin: 'organisation', replaces: true, programme: 'Acme' });
    expect(of('acme.unblock')).toMatchObject({ origin: 'organisation', replaces: false, title: 'fr Unblock an Acme key' });
    expect(of('generic.renew')).toMatchObject({ origin: 'shipped', replaces: false, issuer: 'Tout émetteur' });
    expect(json.refusals).toEqual([
      { file: join(folder.path, 'bad.renew.json'), line: 3, code: 'ends_early', reason: "le fichier s'arrête trop tôt." },
    ]);
  });

  it('can be asked for by purpose, issuer or programme, and token', async () => {
    expect(await ids('purpose=revoke')).toContain('generic.revoke');
    expect((await ids('purpose=revoke')).every((id) => id.endsWith('.revoke'))).toBe(true);
    expect(await ids('issuer=ACME')).toEqual(['acme.unblock', 'certigna.unblock', 'tests.unblock']);
    expect(await ids(`purpose=unblock&tokenId=${daemon.tokenId}`)).toEqual(['tests.unblock', 'generic.unblock']);
    expect(await ids(`tokenId=${daemon.tokenId}`)).toContain('generic.obtain');
    for (const name of ['Mairie+d%27Alcorc%C3%B3n', 'town+hall+of+alcorc%C3%B3n', 'ayuntamiento+de+alcorc%C3%B3n'])
      expect(await ids(`purpose=renew&issuer=${name}`)).toEqual(['camerfirma-alcorcon.renew']);
    expect(await ids('issuer=nobody+of+that+name')).toEqual([]);
  });

  it('are shown in full, in the language of the reader', async () => {
    const { json } = await get('/v1/procedures/camerfirma-alcorcon.obtain', 'es');
    expect(json).toMatchObject({ language: 'es', country: 'España', programme: 'Ayuntamiento de Alcorcón' });
    expect(json.contacts.map(({ name }: { name: string }) => name)).toEqual([
      'Solicitud de certificado',
      'Oficina municipal de registro',
      'Camerfirma',
    ]);
    expect(json.steps.map(({ id }: { id: string }) => id)).toEqual(['request', 'identity-check', 'download', 'activation']);
    expect(json.steps[1]).toMatchObject({ after: [1], contact: { id: 'registry' }, waitsFor: { from: 'registration_office' } });
  });

  it('are matched to a token or an issuer, with others that fit', async () => {
    const token = await get(`/v1/procedures/match?purpose=unblock&tokenId=${daemon.tokenId}`);
    expect(token.json).toMatchObject({ procedure: { id: 'tests.unblock' }, alternatives: [{ id: 'generic.unblock' }] });
    const issuer = await get('/v1/procedures/match?purpose=renew&issuerDn=O%3DAC%20CAMERFIRMA');
    expect(issuer.json).toMatchObject({ procedure: { id: 'camerfirma-alcorcon.renew' } });
    const both = await get(`/v1/procedures/match?purpose=unblock&tokenId=${daemon.tokenId}&issuerDn=O%3DAcme`);
    expect(both.json.procedure.id).toBe('acme.unblock');
    expect((await get('/v1/procedures/match?purpose=obtain')).json.procedure.id).toBe('generic.obtain');
  });

  it.each([
    ['/v1/procedures/none.unblock', 404, 'procedure_not_found'],
    ['/v1/procedures/..%2f..%2fetc', 404, 'procedure_not_found'],
    ['/v1/procedures/__proto__', 404, 'procedure_not_found'],
    ['/v1/procedures?purpose=dance', 400, 'invalid_request'],
    ['/v1/procedures?colour=red', 400, 'invalid_request'],
    ['/v1/procedures?tokenId=none', 404, 'token_not_found'],
    ['/v1/procedures/match', 400, 'invalid_request'],
    ['/v1/procedures/match?purpose=unblock&tokenId=none', 404, 'token_not_found'],
    [`/v1/procedures/match?purpose=unblock&issuerDn=${'x'.repeat(2_049)}`, 400, 'invalid_request'],
  ])('%s is refused', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, json: { code } });
  });

  it('are read again when a file was mended', async () => {
    expect((await get('/v1/procedures/bad.renew')).status).toBe(404);
    writeFileSync(join(folder.path, 'bad.renew.json'), JSON.stringify(sample({ id: 'bad.renew', purpose: 'renew' })));
    daemon.rooms?.procedures.reload();
    expect((await get('/v1/procedures/bad.renew')).status).toBe(200);
    expect((await get('/v1/procedures')).json.refusals).toEqual([]);
  });

  it('come through the client', async () => {
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir, language: 'es' });
    expect((await client.procedures({ issuer: 'generic' })).procedures).toEqual([]);
    expect((await client.procedure('generic.unblock')).language).toBe('es');
    expect((await client.matchProcedure({ purpose: 'unblock', issuerDn: 'O=Acme' })).procedure.id).toBe('acme.unblock');
  });
});

describe('a blocked token', () => {
  let folder: Folder;
  let shim: Shimmed;
  let daemon: TestDaemon;

  beforeEach(async () => {
    folder = new Folder();
    const title = texts('Back to work');
    folder.write('tests.unblock.json', sample({ id: 'tests.unblock', title, match: { ...NONE, issuerDn: ['O=Signet tests'] } }));
    folder.write('soft.unblock.json', sample({ id: 'soft.unblock', match: { ...NONE, tokenManufacturer: ['SoftHSM'] } }));
    shim = await shimmed();
    shim.control.set('lock-after 3 low-final');
    daemon = await startTestDaemon({ drivers: [shim.driver], settings: { procedureDirs: [folder.path] } });
  });
  afterEach(async () => {
    await daemon.dispose();
    shim.dispose();
    folder[Symbol.dispose]();
  });

  const login = (pin: string, finalTryConsent?: string) =>
    daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, {
      pin,
      ...(finalTryConsent === undefined ? {} : { finalTryConsent }),
    });
  const consent = async (): Promise<string> =>
    (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`, { kind: 'pin' })).json.consent;

  it('names its issuer’s procedure, before the last try and after it', async () => {
    await daemon.call('GET', '/v1/credentials');
    const wrong = await login('000001');
    expect(wrong.json).toMatchObject({ code: 'pin_incorrect' });
    expect(wrong.json.nextStep).toEqual({ text: expect.any(String) });
    // Two wrong ones in a row from one caller, and it has to wait.
    const other = daemon.as(await daemon.client('other', 'pin'));
    await other('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '000002' });
    const last = await login('000003');
    expect(last.json).toMatchObject({
      code: 'final_try_consent_required',
      nextStep: { procedureId: 'tests.unblock', href: '/v1/procedures/tests.unblock' },
    });
    expect(last.json.nextStep.text).toContain('Acme has a procedure for that, “Back to work”.');
    const locked = await login('000003', await consent());
    expect([locked.status, locked.json.code]).toEqual([423, 'pin_locked']);
    expect(locked.json.nextStep).toEqual({
      text: 'What to do is in the procedure of Acme: “Back to work”.',
      procedureId: 'tests.unblock',
      href: '/v1/procedures/tests.unblock',
    });
    expect((await daemon.call('GET', locked.json.nextStep.href)).json.title).toBe('Back to work');
  });

  it('is known by its make alone while its certificates are not', async () => {
    await login('000001');
    await login('000002');
    expect((await login('000003')).json.nextStep).toMatchObject({ procedureId: 'soft.unblock' });
  });

  it('gets its answer whatever becomes of the procedures, and the driver is asked no more for it', async () => {
    await daemon.call('GET', '/v1/credentials');
    const procedures = daemon.rooms?.procedures;
    if (procedures === undefined) throw new Error('not in this process');
    procedures.matches = () => {
      throw new Error('broken');
    };
    await login('000001');
    await login('000002');
    const last = await login('000003');
    expect(last).toMatchObject({ status: 428, json: { code: 'final_try_consent_required' } });
    expect(last.json.nextStep).toEqual({ text: expect.any(String) });
    expect(shim.control.presentations()).toHaveLength(2);
  });

  it('names it for a blocked PUK too', async () => {
    const unblock = (puk: string) =>
      daemon.call('POST', `/v1/tokens/${daemon.tokenId}/unblock`, { puk, newPin: SO_PIN.slice(0, 6) });
    const codes = [];
    for (const puk of ['00000001', '00000002', '00000003']) codes.push((await unblock(puk)).json);
    const named = codes.filter(({ code }) => code === 'final_try_consent_required' || code === 'pin_locked');
    for (const { nextStep } of named) expect(nextStep).toMatchObject({ procedureId: 'soft.unblock' });
    expect(named.length).toBeGreaterThan(0);
  });
});
